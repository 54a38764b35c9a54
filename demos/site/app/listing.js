// The list of exercises: those that were solved in this browser are marked.
import { remembered } from "./keep.js";

for (const item of document.querySelectorAll("li[data-name]")) {
  item.classList.toggle("solved", remembered(`${item.dataset.name} solved`) === "yes");
}
