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

// A folder is the files inside of it, with their paths as names, without hidden ones. One more than allowed is enough to be refused.
const isHidden = path => path.split("/").some(part => part.startsWith("."));
const named = (file, path) => new File([file], path, { type: file.type, lastModified: file.lastModified });
const give = (input, files) => {
  const transfer = new DataTransfer();
  files.slice(0, Number(input.dataset.most) + 1).forEach(file => transfer.items.add(file));
  input.files = transfer.files;
};

// Before Blazor reads them from the input.
document.addEventListener("change", event => {
  const input = event.target;
  const files = [...input.files ?? []];
  if (input.webkitdirectory && files.some(file => file.webkitRelativePath)) {
    give(input, files.filter(file => !isHidden(file.webkitRelativePath)).map(file => named(file, file.webkitRelativePath)));
  } else if (files.length > Number(input.dataset.most)) {
    give(input, files);
  }
}, true);

async function walk(entries, files, most) {
  for (const entry of entries.filter(entry => files.length <= most && !isHidden(entry.name))) {
    const path = entry.fullPath.slice(1);
    if (entry.isFile) {
      // One that cannot be read is refused as an empty one, and not passed over in silence.
      files.push(await new Promise((read, failed) => entry.file(read, failed)).then(file => named(file, path), () => new File([], path)));
    } else {
      const reader = entry.createReader();
      const next = () => new Promise(read => reader.readEntries(read, () => read([])));
      for (let some = await next(); some.length > 0 && files.length <= most; some = await next()) {
        await walk(some, files, most);
      }
    }
  }
}

document.addEventListener("drop", async event => {
  const input = zone(event)?.querySelector("input.chooser[multiple]:not([disabled])");
  const entries = input ? [...event.dataTransfer.items].map(item => item.webkitGetAsEntry()).filter(entry => entry) : [];
  if (entries.some(entry => entry.isDirectory)) {
    event.preventDefault();
    const files = [];
    await walk(entries, files, Number(input.dataset.most));
    give(input, files);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

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
