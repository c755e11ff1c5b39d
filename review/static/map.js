// Maps of places: circles by number of adverts over the outlines of countries, with a slider over time.
//
// <div class="map" data-map="ID" data-land="URL of land.json"></div> beside <script type="application/json" id="ID"> with
//   places: [{name, lat, lon, href, band, counts: [one number a step, or a single one]}]
//   steps:  labels of the steps of time, oldest first; empty or one: no slider
//   routes: [[place, place], ...] lines between places by their number, optional
//   words:  sentences in the page's language (see review/investigate/spots.py)
// The data is read as data, nothing of it becomes markup. Without script the table beside the map says the same.
(function () {
  "use strict";
  var SIGNS = { urgent: "▲", high: "◆", medium: "●", low: "○" };
  var ORDER = ["low", "medium", "high", "urgent"];
  var SMALLEST = 26, LARGEST = 58;

  function sum(counts) {
    return counts.reduce(function (all, one) { return all + one; }, 0);
  }

  // A circle is a plain link (or, without an address, a picture with a name): keyboard, new tab and screen reader as anywhere.
  function icon(place, count, most, name) {
    var size = Math.round(SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(count / most));
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

    function draw(step) {
      spots.clearLayers();
      routes.clearLayers();
      var seen = {};
      places.forEach(function (place, number) {
        var count = step === null ? place.total || sum(place.counts) : place.counts[step] || 0;
        if (!count) return;
        seen[number] = true;
        var name = place.name + ": " + count + " " + words.adverts + (words.bands[place.band] ? ", " + words.bands[place.band] : "");
        L.marker([place.lat, place.lon], {
          icon: icon(place, count, step === null ? mostInAll : mostAtOnce, name), interactive: false, keyboard: false, alt: "",
          zIndexOffset: 1000 * ORDER.indexOf(place.band) - Math.min(count, 900)
        }).addTo(spots);
      });
      (data.routes || []).forEach(function (pair) {
        if (!seen[pair[0]] || !seen[pair[1]]) return;
        var ends = pair.map(function (number) { return [places[number].lat, places[number].lon]; });
        L.polyline(ends, { className: "route", interactive: false, weight: 2 }).addTo(routes);
      });
      box.dataset.shown = step === null ? "all" : String(step);
    }

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
