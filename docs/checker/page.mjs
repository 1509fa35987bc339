// The page: what a person does becomes a task, and its answer is shown and said.

import { Engine, NotBuiltError, StoppedError } from "./engine.mjs";
import { codes, counted, report, said, summary, tablesOnBoard } from "./tables.mjs";

// In bytes: a million lines of CSV, for which Python takes a gigabyte and a half of the four that it can have.
const LARGEST = 100_000_000;
const TOO_LARGE = "this page takes up to 100 MB. Split the file, or use the command line, which has no such limit.";
const TOO_MUCH = "it takes more memory than this browser gives. Split the file, or use the command line.";
const READING = "Reading…";
const REPORT = ["findings", "not_checked", "facts"]; // its parts, in their order
const SAMPLE = "clinic_week.csv";

const at = Object.fromEntries([...document.querySelectorAll("[id]")].map((each) => [each.id, each]));
const now = new Date();
const pad = (number) => String(number).padStart(2, "0");
const today = `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;

const engine = new Engine(today, (share, claims) => {
  if (share === undefined) at.progress.removeAttribute("value");
  else at.progress.value = share;
  // Said once: a bar that moves for minutes is not to be read out all the time.
  if (claims && at.state.textContent === READING) say(`Checking ${counted(claims, "claim")}…`);
});
let isBusy = true;
let checked; // the name of the file that the results are of

function say(text, { isWrong = false } = {}) {
  at.state.textContent = text;
  at.state.classList.toggle("wrong", isWrong);
}

// Do one thing at a time; what goes wrong is said.
async function work(text, task) {
  if (isBusy) return;
  isBusy = true;
  say(text);
  at.progress.removeAttribute("value");
  at.progress.hidden = at.stop.hidden = false;
  try {
    await task();
  } catch (error) {
    if (error instanceof StoppedError) say("Stopped.");
    else {
      restart(); // Python may be out of memory, or otherwise beyond use
      say(`That did not work: ${/memory|alloc/i.test(error.message) ? TOO_MUCH : error.message}`, { isWrong: true });
    }
  } finally {
    at.progress.hidden = at.stop.hidden = true;
    isBusy = false;
  }
}

function forget() {
  checked = undefined;
  at.results.hidden = true;
  at.report.replaceChildren();
  at.fixed.replaceChildren();
}

// What is shown is of files that end with the worker.
function restart() {
  forget();
  engine.stop();
}

// What is pasted has no name.
function check(name, blob) {
  if (blob.size > LARGEST) {
    if (isBusy) return undefined;
    forget(); // what is shown would be taken for what was found in this one
    say(`${name || "The text"} has ${(blob.size / 1e6).toFixed(1)} MB; ${TOO_LARGE}`, { isWrong: true });
    return undefined;
  }
  return work(READING, async () => {
    forget();
    const answer = await engine.ask("check", { name, blob, payer: at.payer.value });
    checked = answer.file;
    at.report.replaceChildren(...report(answer));
    at.fix.hidden = at.save.hidden = answer.claims === 0;
    at.results.hidden = false;
    say(summary(answer), { isWrong: answer.claims === 0 });
    at["results-title"].focus();
    at.results.scrollIntoView();
  });
}

function download(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

at.claims.addEventListener("submit", (event) => {
  event.preventDefault();
  const [file] = at.file.files;
  const text = at.text.value;
  if (file) check(file.name, file);
  else if (text.trim()) check("", new Blob([text]));
  else {
    say("Choose a file or paste claims first.", { isWrong: true });
    at.file.focus();
  }
});

// One input at a time: the other one is emptied.
at.file.addEventListener("change", () => {
  at.text.value = "";
});
at.text.addEventListener("input", () => {
  at.file.value = "";
});

at.sample.addEventListener("click", () => {
  const bytes = engine.part(SAMPLE);
  if (bytes) check(SAMPLE, new Blob([bytes]));
});

at.fix.addEventListener("click", () =>
  work("Mending…", async () => {
    const { file, fixes } = await engine.ask("fix");
    at.fixed.replaceChildren(said("What was fixed, and what was not", fixes));
    if (file) download(file, await engine.ask("made", { name: file }));
    say(file ? `${file} is among your downloads; ${counted(fixes.count, "remark")}.` : "Nothing was written.");
  }),
);

const save = (name, parts) =>
  work("Writing…", async () => {
    download(name, await engine.ask("kept", { names: parts }));
    say(`${name} is among your downloads.`);
  });
at.save.addEventListener("click", () => save(`${checked}.report.json`, REPORT));
at.results.addEventListener("click", ({ target }) => {
  const { kept } = target.dataset;
  if (kept) save(`${checked}.${kept}.txt`, [kept]);
});

at.search.addEventListener("submit", (event) => {
  event.preventDefault();
  work("Searching…", async () => {
    const on = at.day.value;
    const answer = await engine.ask("search", { text: at.words.value, on });
    at.codes.replaceChildren(...codes(answer, on));
    say(`${counted(answer.found.length, "code")} found.`);
  });
});

at.stop.addEventListener("click", () => {
  restart();
  at.claims.querySelector("[type=submit]").focus(); // the button at hand goes away
});

addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) document.body.classList.remove("dropping");
});
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  const { files } = event.dataTransfer;
  if (!files.length) return;
  at.text.value = "";
  at.file.files = files;
  check(files[0].name, files[0]);
});

async function begin() {
  at.day.value = today;
  try {
    const about = await engine.load();
    at.payer.append(...about.payers.map((name) => new Option(name, name)));
    at.versions.textContent = `otcodes ${about.version} with its tables, version ${about.data_version}.`;
    at.tables.replaceChildren(tablesOnBoard(about, today));
    say("Ready.");
    isBusy = false;
  } catch (error) {
    const isNotBuilt = error instanceof NotBuiltError;
    const why = isNotBuilt ? "the checker was not built with this site." : `${error.message}. Reload the page to try again.`;
    say(`Not ready: ${why}`, { isWrong: true });
  }
  at.progress.hidden = true;
}
begin();
