// Charts drawn from the tables beside them: what a chart shows stands in its table, to be read without it.
(function () {
  "use strict";
  var COLOURS = ["--accent", "--high", "--good-line", "--urgent", "--medium", "--odd-ink", "--soft", "--men"];

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function number(cell) {
    var text = cell.textContent.replace(/[^0-9.\-]/g, "");
    return text === "" || text === "-" ? null : Number(text);
  }

  function rowsOf(table) {
    return Array.from(table.tBodies[0].rows).map(function (row) {
      var time = row.cells[0].querySelector("time");
      return { at: time ? Date.parse(time.dateTime) / 1000 : null, cells: row.cells };
    }).filter(function (row) { return row.at !== null; }).sort(function (a, b) { return a.at - b.at; });
  }

  function draw(table) {
    var heads = Array.from(table.tHead.rows[0].cells), rows = rowsOf(table);
    if (rows.length < 2) return;
    var shown = heads.map(function (head, at) { return head.hasAttribute("data-series") ? at : -1; }).filter(function (at) { return at > 0; });
    var data = [rows.map(function (row) { return row.at; })].concat(shown.map(function (at) {
      return rows.map(function (row) { return number(row.cells[at]); });
    }));
    var place = document.createElement("div"), ink = colour("--soft"), line = { stroke: colour("--line-soft"), width: 1 };
    place.className = "chart";
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", table.dataset.title);
    var before = table.closest(".scroll") || table;
    before.parentNode.insertBefore(place, before);
    var axis = { stroke: ink, grid: line, ticks: line };
    var days = (data[0][data[0].length - 1] - data[0][0]) / 86400;
    // ISO dates, as in the tables: neither day nor month first can be misread.
    var dates = Object.assign({ space: 70, values: function (u, ticks) {
      return ticks.map(function (at) { var text = new Date(at * 1000).toISOString(); return days > 300 ? text.slice(0, 7) : days > 2 ? text.slice(5, 10) : text.slice(11, 16); });
    } }, axis);
    var chart = new uPlot({
      width: Math.max(place.clientWidth, 240), height: 220, tzDate: function (at) { return uPlot.tzDate(new Date(at * 1000), "UTC"); },
      legend: { live: false }, cursor: { show: false }, axes: [dates, axis], scales: { y: { range: function (u, low, high) { return [0, Math.max(high, 1)]; } } },
      series: [{}].concat(shown.map(function (at, place) {
        var dashes = [[], [6, 3], [2, 3], [8, 3, 2, 3]];
        return { label: heads[at].textContent.trim(), stroke: colour(COLOURS[place % COLOURS.length]), width: 2, dash: dashes[place % dashes.length], points: { show: rows.length < 40 } };
      })),
    }, data, place);
    new ResizeObserver(function () {
      chart.setSize({ width: Math.max(place.clientWidth, 240), height: 220 });
    }).observe(place);
  }

  Array.from(document.querySelectorAll("table[data-chart]")).forEach(draw);

  Array.from(document.querySelectorAll("[data-prints]")).forEach(function (button) {
    button.addEventListener("click", function () { window.print(); });
  });
})();
