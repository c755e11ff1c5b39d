// The link graph of a cluster. Everything it draws stands on the page already as a list: adverts (li[data-node]) and links
// (li.edge); texts are read and written as text only. Without this script the list says the same.
(function () {
  "use strict";
  // Points whose titles have room; characters of a title; how near a small graph is brought by itself.
  var NAMED = 15, SHORT = 28, NEAREST = 1.1;
  var box = document.getElementById("graph");
  if (!box || !window.cytoscape) return;

  function css(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  // Cytoscape would add a sheet of its own, which the policy refuses; finding one of that name it adds none.
  var sheet = document.createElement("meta");
  sheet.id = "__________cytoscape_stylesheet";
  document.head.append(sheet);

  var items = Array.from(document.querySelectorAll(".nodes [data-node]"));
  var edges = Array.from(document.querySelectorAll(".edge"));
  var degree = {};
  edges.forEach(function (edge) {
    [edge.dataset.a, edge.dataset.b].forEach(function (end) { degree[end] = (degree[end] || 0) + 1; });
  });

  // Where each point begins: those with most links in the middle, the others around them as seeds in a sunflower.
  var ordered = items.slice().sort(function (one, other) {
    return (degree[other.dataset.node] || 0) - (degree[one.dataset.node] || 0) || one.dataset.node - other.dataset.node;
  });
  // A number says nothing by itself: where there is room for words, the beginning of the title stands with it.
  function name(item) {
    var title = item.querySelector("a").textContent.trim();
    if (items.length > NAMED) return item.dataset.node;
    return item.dataset.node + " " + (title.length > SHORT ? title.slice(0, SHORT - 1).trim() + "\u2026" : title);
  }

  var elements = ordered.map(function (item, place) {
    var angle = place * 2.39996, far = (items.length > NAMED ? 28 : 90) * Math.sqrt(place);
    return {
      data: { id: "n" + item.dataset.node, label: name(item), band: item.dataset.band, size: 16 + 5 * Math.sqrt(degree[item.dataset.node] || 0) },
      position: { x: far * Math.cos(angle), y: far * Math.sin(angle) }
    };
  });
  edges.forEach(function (edge) {
    elements.push({ data: {
      id: edge.id, source: "n" + edge.dataset.a, target: "n" + edge.dataset.b,
      width: 1 + 5 * Math.max(0, Number(edge.dataset.score) - 0.4), word: edge.dataset.word
    } });
  });

  function look() {
    var style = [
      { selector: "node", style: {
        "label": "data(label)", "width": "data(size)", "height": "data(size)", "font-size": 11, "color": css("--ink"),
        "text-outline-color": css("--bg"), "text-outline-width": 2, "text-valign": "bottom", "border-width": 1, "border-color": css("--ink"),
        "min-zoomed-font-size": 7, "text-wrap": "wrap", "text-max-width": 110, "text-margin-y": 3
      } },
      { selector: "edge", style: { "width": "data(width)", "line-color": css("--soft"), "curve-style": "haystack", "opacity": 0.75 } },
      { selector: 'edge[word="cut"], edge[word="never"]', style: { "line-style": "dashed", "line-color": css("--bad-line"), "curve-style": "straight" } },
      { selector: 'edge[word="confirmed"]', style: { "line-color": css("--good-line") } },
      { selector: "edge.on", style: { "line-color": css("--focus"), "opacity": 1, "width": 7, "z-index": 9 } },
      { selector: "node.on", style: { "border-color": css("--focus"), "border-width": 4 } }
    ];
    ["urgent", "high", "medium", "low"].forEach(function (band) {
      style.push({ selector: 'node[band="' + band + '"]', style: { "background-color": css("--" + band) } });
    });
    return style;
  }

  box.hidden = false;
  document.querySelector(".graph-tools").hidden = false;
  var still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  var cy = window.cytoscape({
    container: box, elements: elements, style: look(), layout: { name: "preset" }, minZoom: 0.08, maxZoom: NEAREST,
    boxSelectionEnabled: false, autounselectify: true
  });
  // In steps between frames, so that the page answers meanwhile, and drawn when done; the larger the graph, the fewer steps.
  var begun = performance.now();
  var layout = cy.layout({
    name: "cose", animate: true, animationThreshold: 1e9, refresh: 10, randomize: false, fit: true, padding: 24,
    numIter: Math.max(120, Math.round(60000 / Math.max(60, items.length))), componentSpacing: 60, nodeRepulsion: function () { return items.length > NAMED ? 9000 : 90000; },
    idealEdgeLength: function () { return items.length > NAMED ? 46 : 110; }
  });
  // Not nearer than NEAREST by itself: three adverts would fill the box as discs the size of a hand. People may go nearer.
  function fit() {
    cy.maxZoom(NEAREST);
    cy.fit(undefined, 40);
    cy.center();
    cy.maxZoom(4);
  }
  layout.one("layoutstop", function () { fit(); box.dataset.ready = String(Math.round(performance.now() - begun)); });
  layout.run();

  var chosen = document.getElementById("chosen"), judge = document.getElementById("judge");

  // The number of an advert is the last part of its address.
  function advert(number) {
    return decodeURIComponent(document.getElementById("n" + number).querySelector("a").pathname.split("/").pop());
  }

  function choose(id, scroll) {
    var row = document.getElementById(id);
    if (!row) return;
    edges.forEach(function (edge) { edge.classList.toggle("on", edge === row); });
    cy.elements().removeClass("on");
    var edge = cy.getElementById(id);
    edge.union(edge.connectedNodes()).addClass("on");
    var copy = row.cloneNode(true);
    copy.querySelectorAll("button").forEach(function (button) { button.remove(); });
    chosen.replaceChildren.apply(chosen, Array.from(copy.childNodes));
    if (judge) {
      judge.elements.a.value = advert(row.dataset.a);
      judge.elements.b.value = advert(row.dataset.b);
      judge.hidden = false;
    }
    if (scroll) row.parentElement.scrollTop = row.offsetTop - row.parentElement.offsetTop - 40;
  }

  function points(node) {
    cy.elements().removeClass("on");
    node.union(node.connectedEdges()).addClass("on");
    var link = items.find(function (item) { return "n" + item.dataset.node === node.id(); });
    var head = document.createElement("p"), list = document.createElement("ul");
    head.append.apply(head, Array.from(link.cloneNode(true).childNodes));
    node.connectedEdges().forEach(function (edge) {
      var row = document.getElementById(edge.id()), line = document.createElement("li"), button = document.createElement("button");
      button.type = "button";
      button.className = "quiet small";
      button.textContent = row.dataset.a + " — " + row.dataset.b;
      button.addEventListener("click", function () { choose(edge.id(), true); });
      line.append(button);
      list.append(line);
    });
    chosen.replaceChildren(head, list);
    if (judge) judge.hidden = true;
  }

  cy.on("tap", "edge", function (event) { choose(event.target.id(), true); });
  cy.on("tap", "node", function (event) { points(event.target); });
  document.addEventListener("click", function (event) {
    var shown = event.target.closest("[data-edge]"), tool = event.target.closest("[data-graph]");
    if (shown) {
      choose("edge-" + shown.dataset.edge, false);
      cy.animate({ fit: { eles: cy.getElementById("edge-" + shown.dataset.edge).connectedNodes(), padding: 120 }, duration: still ? 0 : 250 });
    } else if (tool) {
      if (tool.dataset.graph === "all") fit();
      else cy.zoom({ level: cy.zoom() * (tool.dataset.graph === "in" ? 1.4 : 0.7), renderedPosition: { x: box.clientWidth / 2, y: box.clientHeight / 2 } });
    }
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () { cy.style(look()); });
})();
