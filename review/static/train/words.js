// Comforts of an exercise: words selected in the text are noted with the sign that is ticked next; signs are found by typing.
(function () {
  "use strict";
  var form = document.querySelector(".exercising"), field = document.getElementById("find-sign");
  if (!form || !field) return;
  var picked = "";

  document.addEventListener("selectionchange", function () {
    var chosen = window.getSelection(), at = chosen.anchorNode && chosen.anchorNode.parentElement;
    if (at && at.closest(".exercising .cap-title, .exercising .cap-body")) picked = String(chosen).trim().slice(0, 200);
  });

  form.addEventListener("change", function (event) {
    var box = event.target;
    if (box.name !== "seen") return;
    var place = box.closest("label").querySelector("span");
    place.querySelectorAll("input, q").forEach(function (old) { old.remove(); });
    if (!box.checked || !picked) return;
    var kept = document.createElement("input"), quote = document.createElement("q");
    kept.type = "hidden"; kept.name = "words"; kept.value = box.value + "|" + picked;
    quote.className = "chosen"; quote.textContent = picked;
    place.append(kept, quote);
    picked = "";
  });

  function narrow() {
    var wanted = field.value.trim().toLocaleLowerCase();
    form.querySelectorAll(".sign-group").forEach(function (group) {
      var left = 0;
      group.querySelectorAll(".sign").forEach(function (sign) {
        var fits = sign.textContent.toLocaleLowerCase().indexOf(wanted) >= 0;
        sign.hidden = !fits;
        if (fits) left += 1;
      });
      group.hidden = !left;
    });
  }
  field.addEventListener("input", narrow);
  field.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    var first = event.key === "Enter" && field.value.trim() && form.querySelector(".sign:not([hidden]) input[type=checkbox]");
    if (first) first.click();
    field.value = "";
    narrow();
    if (event.key === "Escape") field.blur();
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "s" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select")) return;
    event.preventDefault();
    field.focus();
  });
})();
