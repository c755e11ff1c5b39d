// Maps of places: circles by number of adverts over the outlines of countries, with a slider over time.
//
// <div class="map" data-map="ID" data-land="URL of land.json"></div> beside <script type="application/json" id="ID"> with
//   places: [{name, lat, lon, href, band, counts: [one number a step, or a single one]}]
//   steps:  labels of the steps of time, oldest first; empty or one: no slider
//   routes: [[place, place], ...] lines between places by their number, optional
//   words:  sentences in the page's language (see review/investigate/spots.py)
// Circles that would lie on each other are one circle with a ring: it says how many places it stands for, and a click goes nearer;
// where nearer is no farther apart (places of one position) it opens their list.
// The data is read as data, nothing of it becomes markup. Without script the table beside the map says the same.
(function () {
  "use strict";
  var SIGNS = { urgent: "▲", high: "◆", medium: "●", low: "○" };
  var ORDER = ["low", "medium", "high", "urgent"];
  var SMALLEST = 26, LARGEST = 58;
  // Middles of circles that are nearer to each other than this, in pixels, are drawn as one.
  var APART = 34;
  // So are those that touch: half the sum of their sizes, and the rings.
  var OVER = 0.55;

  function sum(counts) {
    return counts.reduce(function (all, one) { return all + one; }, 0);
  }

  function sized(count, most) {
    return Math.round(SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(Math.min(1, count / most)));
  }

  // A circle is a plain link (or, without an address, a picture with a name): keyboard, new tab and screen reader as anywhere.
  function icon(place, count, most, name) {
    var size = sized(count, most);
    var inner = document.createElement(place.href ? "a" : "span");
    inner.textContent = (SIGNS[place.band] || "") + "\u200a" + count;
    inner.setAttribute("aria-label", name);
    inner.title = name;
    if (place.href) {
      inner.href = place.href;
      L.DomEvent.disableClickPropagation(inner);
    } else {
      inner.setAttribute("role", "img");
    }
    return L.divIcon({ className: "spot spot-" + (SIGNS[place.band] ? place.band : "low"), html: inner, iconSize: [size, size] });
  }

  // Places as groups, the one with most adverts first and the middle of each: [{at, members, count, band}]. A circle that has grown
  // may touch another one, so they are put together until none does.
  function grouped(map, found, most) {
    var groups = found.sort(function (a, b) { return b.count - a.count; }).map(function (one) {
      var at = map.latLngToLayerPoint([one.place.lat, one.place.lon]);
      return { at: at, members: [one], count: one.count, band: one.place.band };
    });
    for (var first = 0; first < groups.length; first += 1) {
      var other = groups.findIndex(function (group, number) { return number > first && touching(groups[first], group, most); });
      if (other < 0) continue;
      join(groups[first], groups.splice(other, 1)[0]);
      first = -1;
    }
    return groups;
  }

  function touching(one, other, most) {
    return one.at.distanceTo(other.at) < Math.max(APART, OVER * (sized(one.count, most) + sized(other.count, most)));
  }

  function join(group, other) {
    group.members = group.members.concat(other.members);
    group.count += other.count;
    if (ORDER.indexOf(other.band) > ORDER.indexOf(group.band)) group.band = other.band;
  }

  // A circle for several places: a button that goes nearer, or opens their list where that would not part them.
  function many(group, most, words, open) {
    var size = sized(group.count, most);
    var inner = document.createElement("button");
    var names = group.members.slice(0, 5).map(function (one) { return one.place.name + " " + one.count; });
    if (group.members.length > names.length) names.push("…");
    inner.type = "button";
    inner.textContent = (SIGNS[group.band] || "") + "\u200a" + group.count;
    inner.title = group.members.length + " " + words.places + ", " + group.count + " " + words.adverts + ": " + names.join(", ");
    inner.setAttribute("aria-label", inner.title + (words.bands[group.band] ? ", " + words.bands[group.band] : ""));
    inner.addEventListener("click", open);
    L.DomEvent.disableClickPropagation(inner);
    return L.divIcon({ className: "spot many spot-" + (SIGNS[group.band] ? group.band : "low"), html: inner, iconSize: [size, size] });
  }

  function list(group) {
    var items = document.createElement("ul");
    items.className = "spot-list";
    group.members.forEach(function (one) {
      var item = document.createElement("li"), inner = document.createElement(one.place.href ? "a" : "span");
      inner.textContent = one.place.name + " " + one.count;
      if (one.place.href) inner.href = one.place.href;
      item.append(inner);
      items.append(item);
    });
    return items;
  }

  function show(box) {
    var data = JSON.parse(document.getElementById(box.dataset.map).textContent);
    var words = data.words, steps = data.steps || [], places = data.places;
    if (!places.length) return;
    box.hidden = false;
    var still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    var map = L.map(box, {
      zoomControl: false, minZoom: 2, maxZoom: 9, zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still,
      scrollWheelZoom: false, worldCopyJump: false
    });
    map.attributionControl.setPrefix(false).addAttribution("Natural Earth");
    L.control.zoom({ zoomInTitle: words.nearer, zoomOutTitle: words.farther }).addTo(map);
    // Places of an empty week stay in view: the frame is that of the whole time.
    map.fitBounds(places.map(function (one) { return [one.lat, one.lon]; }), { padding: [40, 40], maxZoom: 7, animate: false });
    fetch(box.dataset.land).then(function (answer) { return answer.json(); }).then(function (land) {
      L.geoJSON(land, { interactive: false, style: function () { return { className: "land", weight: 1 }; } }).addTo(map).bringToBack();
      box.dataset.ready = "land";
    });
    var routes = L.layerGroup().addTo(map), spots = L.layerGroup().addTo(map);
    var counted = places.map(function (place) { return steps.length > 1 ? place.counts : [sum(place.counts)]; });
    // One measure for every step, so that a circle that grows means more adverts.
    var mostAtOnce = Math.max.apply(null, counted.map(function (counts) { return Math.max.apply(null, counts); }).concat(1));
    var mostInAll = Math.max.apply(null, places.map(function (place) { return place.total || sum(place.counts); }).concat(1));

    var now = null;

    function draw(step) {
      now = step;
      spots.clearLayers();
      routes.clearLayers();
      var seen = {}, most = step === null ? mostInAll : mostAtOnce, found = [];
      places.forEach(function (place, number) {
        var count = step === null ? place.total || sum(place.counts) : place.counts[step] || 0;
        if (count) found.push({ place: place, number: number, count: count });
      });
      grouped(map, found, most).forEach(function (group) {
        var first = group.members[0];
        group.members.forEach(function (one) { seen[one.number] = first.place; });
        L.marker([first.place.lat, first.place.lon], {
          icon: group.members.length > 1
            ? many(group, most, words, function () { nearer(group); })
            : icon(first.place, first.count, most, told(first)),
          interactive: false, keyboard: false, alt: "",
          zIndexOffset: 1000 * ORDER.indexOf(group.band) - Math.min(group.count, 900)
        }).addTo(spots);
      });
      (data.routes || []).forEach(function (pair) {
        var ends = pair.map(function (number) { return seen[number]; });
        // Within one circle, or to a place without adverts at this time, there is no line to draw.
        if (!ends[0] || !ends[1] || ends[0] === ends[1]) return;
        ends = ends.map(function (place) { return [place.lat, place.lon]; });
        L.polyline(ends, { className: "route", interactive: false, weight: 2 }).addTo(routes);
      });
      box.dataset.shown = step === null ? "all" : String(step);
    }

    function told(one) {
      var band = words.bands[one.place.band];
      return one.place.name + ": " + one.count + " " + words.adverts + (band ? ", " + band : "");
    }

    function nearer(group) {
      var bounds = L.latLngBounds(group.members.map(function (one) { return [one.place.lat, one.place.lon]; }));
      var before = map.getZoom();
      if (before >= map.getMaxZoom() || bounds.getSouthWest().equals(bounds.getNorthEast())) {
        var first = group.members[0].place, held = list(group);
        L.popup({ autoPanPadding: [10, 10] }).setLatLng([first.lat, first.lon]).setContent(held).openOn(map);
        var link = held.querySelector("a");
        if (link) link.focus();
        return;
      }
      // At least one step nearer, at most as near as parts them; the circle that was pressed is gone, so the keyboard stays on the map.
      map.once("zoomend", function () { box.focus({ preventScroll: true }); });
      map.setView(bounds.getCenter(), Math.max(before + 1, Math.min(map.getBoundsZoom(bounds, false, [60, 60]), map.getMaxZoom())));
    }

    map.on("zoomend", function () { draw(now); });
    draw(null);
    if (steps.length > 1) slider(box, words, steps, draw);
  }

  function slider(box, words, steps, draw) {
    var bar = document.createElement("div"), label = document.createElement("label");
    var range = document.createElement("input"), said = document.createElement("output"), play = document.createElement("button");
    var timer = null;
    bar.className = "map-time";
    label.textContent = words.time + " ";
    range.type = "range";
    range.min = "0";
    range.max = String(steps.length);
    range.value = "0";
    play.type = "button";

    function tell() {
      var at = Number(range.value);
      // 0 stands for the whole time.
      said.textContent = at ? steps[at - 1] : words.whole;
      range.setAttribute("aria-valuetext", said.textContent);
      draw(at ? at - 1 : null);
    }

    function stop() {
      window.clearInterval(timer);
      timer = null;
      play.textContent = words.play;
    }

    range.addEventListener("input", function () { stop(); tell(); });
    play.addEventListener("click", function () {
      if (timer !== null) { stop(); return; }
      play.textContent = words.stop;
      timer = window.setInterval(function () {
        var next = Number(range.value) + 1;
        if (next > steps.length) { stop(); next = 0; }
        range.value = String(next);
        tell();
      }, 900);
    });
    label.append(range);
    bar.append(label, said, play);
    box.after(bar);
    stop();
    tell();
  }

  document.querySelectorAll(".map[data-map]").forEach(show);
})();
