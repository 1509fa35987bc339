// Python, apart from the page, so that the page stays at hand while it works. Each message is a task; the answer
// has the task's number. It asks the network for nothing: what Pyodide would fetch comes with the first task.

import { loadPyodide } from "./engine/pyodide.mjs";

let python;
let glue;
let desk;
let kept = {}; // texts by name, in pieces: blobs, for a browser keeps these where there is room
const progress = (done, total) => postMessage({ done, total });
const keep = (name, text) => (kept[name] ??= []).push(new Blob([text]));

const tasks = {
  async start({ parts, on }) {
    globalThis.fetch = async (url) =>
      new Response(parts.get(String(url).split("/").pop()), { headers: { "Content-Type": "application/wasm" } });
    python = await loadPyodide({ indexURL: new URL("engine/", import.meta.url).href });
    for (const [name, bytes] of parts) {
      if (name.endsWith(".whl")) python.unpackArchive(bytes, "wheel");
    }
    python.FS.writeFile("glue.py", parts.get("glue.py"));
    glue = python.pyimport("glue");
    desk = glue.Desk();
    return JSON.parse(glue.about(on));
  },

  async check({ name, blob, payer }) {
    kept = {};
    python.FS.writeFile("given", new Uint8Array(await blob.arrayBuffer()), { canOwn: true });
    return JSON.parse(desk.check(name, payer, progress, keep));
  },

  fix() {
    kept.fixes = [];
    return JSON.parse(desk.fix(progress, keep));
  },

  kept: ({ names }) => new Blob(names.flatMap((name) => kept[name])),
  made: ({ name }) => new Blob([python.FS.readFile(`made/${name}`)]),
  search: ({ text, on }) => JSON.parse(glue.search(text, on)),
};

addEventListener("message", async ({ data: { number, task, facts } }) => {
  try {
    postMessage({ number, answer: await tasks[task](facts) });
  } catch (error) {
    // Of a Python traceback the last line: what went wrong.
    postMessage({ number, error: String(error.message ?? error).trim().split("\n").pop() });
  }
});
