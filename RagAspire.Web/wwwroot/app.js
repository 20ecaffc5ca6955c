// What neither HTML nor the server can do. Listeners are on the document, so they outlive every new page.
document.addEventListener("keydown", event => {
  const box = event.target;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && box.matches?.("textarea[data-submit]")) {
    event.preventDefault();
    box.form.requestSubmit();
  }
});

// Shows where a file may be dropped; the input itself takes it.
const zone = event => event.target.closest?.("[data-drop]");
document.addEventListener("dragover", event => zone(event)?.classList.add("over"));
for (const name of ["dragleave", "drop"]) {
  document.addEventListener(name, event => zone(event)?.classList.remove("over"));
}

document.addEventListener("click", event => {
  if (event.target.id === "components-reload-button") {
    location.reload();
  }
});

// Blazor says how the connection is; the dialog is a modal one while it is lost.
document.addEventListener("components-reconnect-state-changed", event => {
  const dialog = event.target;
  if (event.detail.state === "show") {
    dialog.showModal();
  } else if (event.detail.state === "hide") {
    dialog.close();
  } else if (event.detail.state === "rejected") {
    location.reload();
  }
});
