// What is found, as elements of the page. Texts become text nodes: nothing of a claim is ever read as HTML.

const ROWS = 500; // at a time; a browser is slow with many thousands

// An element with attributes and what stands in it.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

const written = (number) => number.toLocaleString("en-US");

export function counted(number, noun) {
  return `${written(number)} ${noun}${number === 1 ? "" : "s"}`;
}

// A table whose first column is the header of its row. `cells` makes of an item what stands in its cells.
function table(caption, columns, items, cells) {
  // The roles are said, for a phone lays a table out as cards, and browsers then forget that it is one.
  const body = element("tbody", { role: "rowgroup" });
  const head = columns.map((name) => element("th", { role: "columnheader", scope: "col" }, name));
  const made = element(
    "table",
    { role: "table" },
    element("caption", {}, caption),
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...head)),
    body,
  );
  const more = element("button", { type: "button" });
  const shown = element("p", { role: "status" });

  const extend = () => {
    const rows = items.slice(body.rows.length, body.rows.length + ROWS).map((item) => {
      const [first, ...others] = cells(item).map((cell) => [cell].flat());
      return element(
        "tr",
        { role: "row" },
        element("th", { role: "rowheader", scope: "row" }, ...first),
        ...others.map((cell) => element("td", { role: "cell" }, ...cell)),
      );
    });
    body.append(...rows);
    const left = items.length - body.rows.length;
    more.hidden = left === 0;
    more.textContent = `Show ${Math.min(left, ROWS)} more`;
    shown.textContent = items.length > ROWS ? `${written(body.rows.length)} of ${written(items.length)} shown` : "";
  };
  more.addEventListener("click", extend);
  extend();
  return items.length > ROWS ? element("div", {}, made, shown, more) : made;
}

const small = (text) => (text ? element("small", {}, text) : "");
const elsewhere = (address, text) =>
  element("small", {}, "Source: ", element("a", { href: address, rel: "noreferrer noopener" }, text));

// The page of a rule; its id breaks behind the group, if it must.
function rule(id) {
  const [group, name] = id.split(".");
  const code = element("code", {}, `${group}.`, element("wbr"), name);
  return element("a", { href: `../rules/${encodeURIComponent(id)}.html` }, code);
}

const folded = (title, part) => element("details", {}, element("summary", {}, title), part);

// `lines[0].modifiers` for people: they count from one.
function place(path) {
  const named = path.replace(/(\w+)\[(\d+)\]/g, (_, name, index) => `${name} ${Number(index) + 1}`);
  return named.replace(/^lines /, "line ").replaceAll(".", ", ");
}

function remedy({ fix, is_safe, suggestions }) {
  if (fix) return small(`Fix${is_safe ? "" : ", if the record supports it"}: ${fix}`);
  return suggestions.length ? small(`Perhaps: ${suggestions.join(", ")}`) : "";
}

function findingCells(finding) {
  const { citation } = finding;
  const source = citation ? [citation.title, citation.section].filter(Boolean).join(", ") : "";
  return [
    [finding.claim ?? "no id", small(place(finding.path)), small(finding.position)],
    element("span", { class: finding.severity }, finding.severity),
    [
      finding.message,
      remedy(finding),
      citation?.url.startsWith("https:") ? elsewhere(citation.url, source) : small(source && `Source: ${source}`),
    ],
    rule(finding.rule),
  ];
}

// What the command line says beside its output: what could not be read, notes, what was fixed and what not.
export function said(title, { name, count, lines }) {
  if (!count) return "";
  const list = element("ul", {}, ...lines.map((line) => element("li", {}, line)));
  const isCut = count > lines.length;
  return element(
    "div",
    {},
    element("h3", {}, title),
    isCut ? element("p", {}, `The first ${written(lines.length)} of ${written(count)}.`) : "",
    isCut ? element("button", { type: "button", "data-kept": name }, "Download all of them (text)") : "",
    list,
  );
}

export function summary({ claims, by_rule, unread }) {
  if (!claims && unread.count) return "No claim could be read.";
  const of = (wanted) => by_rule.reduce((sum, [, severity, count]) => sum + (severity === wanted ? count : 0), 0);
  const counts = [counted(of("error"), "error"), counted(of("warning"), "warning")];
  const found = by_rule.length ? `${counts.join(", ")}, ${written(of("information"))} for information` : "no finding";
  return `${counted(claims, "claim")}: ${found}.${unread.count ? " Not all of the input could be read." : ""}`;
}

function findings({ findings: shown, by_rule }) {
  const all = by_rule.reduce((sum, [, , count]) => sum + count, 0);
  if (!all) return [];
  const isCut = all > shown.length;
  const first = `The first ${written(shown.length)} of ${written(all)} findings; the report has all of them`;
  const title = isCut ? first : "Findings";
  const cells = ([id, severity, count]) => [rule(id), element("span", { class: severity }, severity), written(count)];
  const byRule = folded(
    `Counted by rule: ${counted(all, "finding")}`,
    table("Findings by rule", ["Rule", "Severity", "How many"], by_rule, cells),
  );
  byRule.open = isCut;
  return [byRule, table(title, ["Claim and place", "Severity", "What is wrong", "Rule"], shown, findingCells)];
}

export function report(answer) {
  const stale = answer.stale.map(([name, edition]) => `${name} (${edition})`).join(", ");
  return [
    element("p", {}, `${answer.file}: ${summary(answer)}`),
    said("What could not be read", answer.unread),
    answer.claims
      ? ""
      : element(
          "p",
          {},
          "FHIR, and CSV whose columns have names of their own, are for the ",
          element("a", { href: "../command-line.html" }, "command line"),
          ".",
        ),
    said("Notes", answer.notes),
    ...findings(answer),
    stale ? element("p", {}, `Past their last edition on days of these claims: ${stale}.`) : "",
    answer.not_checked.length
      ? folded(
          `Not checked, which is no pass: ${counted(answer.not_checked.length, "reason")}`,
          table("Not checked", ["Rule", "Why", "How often"], answer.not_checked, ([id, reason, count]) => [
            rule(id),
            reason,
            count === 1 ? "once" : `${written(count)} times`,
          ]),
        )
      : "",
    answer.editions.length
      ? folded("Editions it was judged by", table("Editions", ["Table", "Edition"], answer.editions, (row) => row))
      : "",
  ].filter(Boolean);
}

export function codes({ found, lines }, on) {
  const cells = (record) => [
    element("code", {}, record.code),
    [record.label ?? "no label on board", small(record.is_billable === false ? "a header: not billable" : "")],
    [
      record.table === "procedures" ? "procedure" : "diagnosis",
      small(record.carried_forward ? `carried forward from ${record.edition}` : ""),
    ],
  ];
  return [
    ...(found.length ? [table(`In force on ${on}, best first`, ["Code", "What it is", "Kind"], found, cells)] : []),
    ...lines.map((line) => element("p", {}, line)),
  ];
}

export function tablesOnBoard({ tables }, on) {
  const cells = ([name, edition, freshness]) => [
    element("a", { href: `../data/${name}.html` }, name),
    edition,
    freshness.replaceAll("-", " "),
  ];
  return folded(`Tables on ${on}`, table("Tables", ["Table", "Last edition", `On ${on}`], tables, cells));
}
