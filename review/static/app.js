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

  var TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select";

  // The grounds of the chosen outcome: digits choose among them while the keyboard is there.
  function grounds() {
    var chosen = document.querySelector(".deciding [name=outcome]:checked");
    return chosen && document.querySelector('.grounds[data-of="' + chosen.value + '"]');
  }

  function ground(key, target) {
    var group = target.closest(".grounds");
    if (!group || !/^[1-9]$/.test(key)) return false;
    var radio = group.querySelectorAll("input")[Number(key) - 1];
    if (radio) { radio.checked = true; radio.focus(); }
    return true;
  }

  function press(key) {
    var found = document.querySelector('[data-key="' + CSS.escape(key) + '"]');
    if (!found) return false;
    if (found.type === "radio") {
      found.checked = true;
      found.dispatchEvent(new Event("change", { bubbles: true }));
      var group = grounds();
      (group ? group.querySelector("input") : found).focus();
    } else if (found.matches("textarea")) found.focus();
    else if (found.tagName === "SUMMARY") {
      selected(); found.focus(); found.click();
      var why = found.parentElement.open && found.parentElement.querySelector("[name=why]");
      if (why) why.focus();
    }
    else found.click();
    return true;
  }

  // Words selected in the captured text are those a correction is about; how often they stand before it says which are meant.
  function selected() {
    var field = document.getElementById("fix-words"), title = document.querySelector(".cap-title");
    var chosen = window.getSelection(), words = String(chosen);
    if (!field || !words || !chosen.anchorNode.parentElement.closest(".cap-title, .cap-body:not(.reading)")) return;
    var before = document.createRange();
    before.setStart(title, 0);
    before.setEnd(chosen.getRangeAt(0).startContainer, chosen.getRangeAt(0).startOffset);
    field.value = words.slice(0, 500);
    document.getElementById("fix-nth").value = String(before).split(words).length;
  }

  // A group of the menu covers what lies below it: closed by Escape, by leaving it and by a click elsewhere.
  function shut(target, back) {
    var group = document.querySelector(".menu .group[open]");
    if (!group || (!back && group.contains(target))) return false;
    if (back && group.contains(target)) group.querySelector("summary").focus();
    group.open = false;
    return true;
  }
  document.addEventListener("focusin", function (event) { shut(event.target, false); });

  function leave(target) {
    var form = target.closest(".deciding");
    if (!form) { if (target.blur) target.blur(); return; }
    (form.querySelector("[name=outcome]:checked") || form.querySelector("[name=outcome]")).focus();
  }

  document.addEventListener("keydown", function (event) {
    var target = event.target instanceof Element ? event.target : document.body;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.closest(".deciding textarea")) {
      target.form.requestSubmit(target.form.querySelector("button.primary"));
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") { if (!shut(target, true)) leave(target); return; }
    if (target.closest(TYPING)) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "/" && document.getElementById("q")) {
      document.getElementById("q").focus();
      document.getElementById("q").select();
    } else if (!ground(event.key, target) && (event.key.length !== 1 || !press(event.key))) return;
    event.preventDefault();
  });

  document.addEventListener("click", function (event) {
    shut(event.target, false);
    var opener = event.target.closest("[data-opens]");
    if (opener) {
      document.getElementById(opener.getAttribute("data-opens")).showModal();
      return;
    }
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
    var wrong = event.target.closest("[data-finding]");
    if (wrong) {
      document.querySelector(".fixing").open = true;
      document.getElementById("fix-finding").value = wrong.getAttribute("data-finding");
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
