// Comforts on top of pages that work without any script: copying, moving through a list by keyboard, lighting up a note's marks.
(function () {
  "use strict";
  document.documentElement.classList.add("js");

  function rows() {
    return Array.from(document.querySelectorAll(".rows .row-link"));
  }

  function move(step) {
    var links = rows();
    if (!links.length) return;
    var at = links.indexOf(document.activeElement);
    var next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1);
    links[next].focus();
    links[next].scrollIntoView({ block: "center" });
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select")) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "/") {
      var field = document.getElementById("q");
      if (!field) return;
      field.focus();
      field.select();
    } else return;
    event.preventDefault();
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (button) {
      var source = document.querySelector(button.getAttribute("data-copy"));
      if (source && navigator.clipboard) {
        navigator.clipboard.writeText(source.textContent).then(function () {
          button.classList.add("done");
          window.setTimeout(function () { button.classList.remove("done"); }, 1500);
        });
      }
      return;
    }
    var ref = event.target.closest("a.ref");
    if (ref) open(ref.hash);
  });

  // A number in the text leads to its note; the note opens so that its source and worth are read with it.
  function open(hash) {
    var note = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    var details = note && note.querySelector(":scope > details");
    if (details) details.open = true;
  }
  open(window.location.hash);

  // On a narrow screen the filters would push the list out of sight: folded, until somebody opens them.
  var narrow = window.matchMedia("(max-width: 900px)");
  var unfolded = false;
  function fold() {
    document.querySelectorAll("details.fold").forEach(function (part) {
      part.open = !narrow.matches || unfolded;
      part.addEventListener("toggle", function () { unfolded = part.open; });
    });
  }
  fold();
  document.addEventListener("htmx:afterSettle", fold);

  // After a part of the page was replaced the keyboard goes on from there.
  document.addEventListener("htmx:afterSettle", function (event) {
    if (event.target && event.target.id === "main") event.target.focus({ preventScroll: true });
  });
})();
