// The way to the package: loads what it runs on, starts the worker, and passes tasks and answers.

export class NotBuiltError extends Error {}
export class StoppedError extends Error {}

// All parts that Python runs on, by name; `progress` is told which share of the bytes is there.
async function loadParts(progress) {
  const list = await fetch("engine/parts.json");
  if (!list.ok) throw new NotBuiltError();
  const sizes = new Map(Object.entries(await list.json()));
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  let loaded = 0;

  const load = async (name, address) => {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    const chunks = [];
    const reader = response.body.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      chunks.push(read.value);
      loaded += read.value.length;
      progress(loaded / total);
    }
    return [name, new Uint8Array(await new Blob(chunks).arrayBuffer())];
  };
  const engine = [...sizes.keys()].map((name) => load(name, `engine/${name}`));
  return new Map(await Promise.all([...engine, load("glue.py", "glue.py")]));
}

// From here on nothing is asked of any host, this one included.
function closeTheDoor() {
  const policy = document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = "connect-src 'none'";
  document.head.append(policy);
}

export class Engine {
  #parts;
  #on;
  #progress;
  #worker;
  #started;
  #waiting = new Map();
  #number = 0;

  // `on` is the day for which the answer of `load` says how fresh the tables are; `progress` is told a share
  // between 0 and 1, of what is loaded or of the claims that are done, and then how many claims there are, or nothing
  // where there is no knowing.
  constructor(on, progress) {
    this.#on = on;
    this.#progress = progress;
  }

  async load() {
    this.#parts = await loadParts(this.#progress);
    closeTheDoor();
    this.#progress();
    return this.#start();
  }

  // Ends what is going on and begins anew.
  stop() {
    this.#worker.terminate();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#start().catch(() => {}); // the next task meets the same error
    waiting.forEach(({ reject }) => reject(new StoppedError()));
  }

  part(name) {
    return this.#parts.get(name);
  }

  async ask(task, facts) {
    await this.#started;
    return this.#post(task, facts);
  }

  #start() {
    // A worker from an address would have a policy of its own, or none; one from a blob has that of the page.
    const address = new URL("worker.mjs", document.baseURI);
    const blob = URL.createObjectURL(new Blob([`import "${address}";`], { type: "text/javascript" }));
    this.#worker = new Worker(blob, { type: "module" });
    this.#worker.addEventListener("message", ({ data }) => this.#take(data));
    this.#worker.addEventListener("error", (event) => this.#fail(event.message));
    this.#started = this.#post("start", { parts: this.#parts, on: this.#on });
    return this.#started;
  }

  #post(task, facts) {
    const number = ++this.#number;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ number, task, facts });
    });
  }

  #take({ number, answer, error, done, total }) {
    if (number === undefined) {
      this.#progress(done / total, total);
      return;
    }
    const { resolve, reject } = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (error === undefined) resolve(answer);
    else reject(new Error(error));
  }

  #fail(message) {
    this.#waiting.forEach(({ reject }) => reject(new Error(message ?? "Python did not start")));
    this.#waiting.clear();
  }
}
