// Shows openapi.json: routes by their parts, what each takes and answers, a line for curl, and the
// answer to a GET. All addresses are relative, for servers behind a path.

import { ask, base, hasToken, json, useToken } from "../page/api.js";
import { element, find, number } from "../page/dom.js";

const shown_max = 20_000; // characters of an answer
const methods = ["get", "post", "put", "patch", "delete"];
let api = null;

// --- the document

function resolve(thing) {
  if (!thing?.$ref) return thing;
  return thing.$ref.slice(2).split("/").reduce((at, name) => at[name], api);
}

/** The members of an object, of one in an array or in a map: [name, schema, required]. */
function membersOf(schema) {
  const s = resolve(schema);
  if (!s) return [];
  const parts = (s.allOf ?? []).flatMap(membersOf);
  const own = Object.entries(s.properties ?? {}).map(([name, of]) => [name, of, s.required?.includes(name)]);
  const inner = s.items ?? s.additionalProperties;
  return [...parts, ...own, ...(inner ? membersOf(inner) : [])];
}

const nameOf = (schema) => schema?.$ref?.split("/").pop();

function typeOf(schema) {
  const of = schema.allOf?.length === 1 ? schema.allOf[0] : schema;
  if (nameOf(of)) return nameOf(of);
  if (of.enum) return of.enum.join(" | ");
  if (of.type === "array") return `[${typeOf(of.items)}]`;
  if (of.additionalProperties) return `{id: ${typeOf(of.additionalProperties)}}`;
  if (of.format === "date-time") return "time";
  if (of.format === "binary") return "bytes";
  return { string: "text" }[of.type] ?? of.type ?? "";
}

// --- elements

function table(rows, extra) {
  if (rows.length === 0) return "";
  const made = rows.map(([name, schema, required, about]) => {
    const title = element("th", { scope: "row" }, name);
    if (required) title.append(element("span", { class: "required", title: "required" }, " *"));
    const choices = (schema.enum ?? []).length > 1 ? " choices" : "";
    const cells = [title, element("td", { class: `type${choices}` }, typeOf(schema)), element("td", {}, about ?? "")];
    if (extra) cells.push(extra(name));
    return element("tr", {}, ...cells);
  });
  return element("table", { class: "members" }, element("tbody", {}, ...made));
}

/** A schema's members, and those of the objects in them once they are opened. */
function members(schema, seen = []) {
  const rows = membersOf(schema);
  const all = element("div", {}, table(rows.map(([name, of, required]) => [name, of, required, of.description])));
  for (const [name, of] of rows) {
    const inner = of.allOf ? of.allOf[0] : of.items ?? of;
    const kind = nameOf(inner);
    if (!kind || seen.includes(kind)) continue;
    const more = element("details", {}, element("summary", {}, `${name}: ${kind}`));
    more.addEventListener("toggle", () => more.childElementCount === 1 && more.append(members(inner, [...seen, kind])));
    all.append(more);
  }
  return all;
}

function pathShown(path) {
  const pieces = path.split(/({\w+})/).map((piece) => (piece[0] === "{" ? element("b", {}, piece) : piece));
  return element("span", { class: "path" }, ...pieces);
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** One route, filled when it is opened first. */
class route {
  constructor(path, method, says) {
    Object.assign(this, { path, method, says });
    this.words = `${method} ${path} ${says.summary}`.toLowerCase();
    this.fields = new Map(); // by where and name: a path and a query may have one name
    const title = element("summary", {},
      element("span", { class: method === "get" ? "method" : "method write" }, method.toUpperCase()),
      pathShown(path), element("span", { class: "says" }, says.summary));
    this.element = element("details", { class: says.responses["200"] ? "route" : "route unserved", id: says.operationId }, title);
    this.element.addEventListener("toggle", () => this.element.open && this.fill());
  }

  /** Of the path, then of the query; headers are sent by those who know them. */
  parameters(where) {
    return (this.says.parameters ?? []).map(resolve).filter((p) => p.in === where);
  }

  /** Below the server's address. */
  target() {
    const path = this.path.replace(/{(\w+)}/g, (whole, name) => encodeURIComponent(this.value("path", name)) || whole);
    const query = this.parameters("query").filter((p) => this.value("query", p.name) !== "")
      .map((p) => `${encodeURIComponent(p.name)}=${encodeURIComponent(this.value("query", p.name))}`);
    return query.length > 0 ? `${path}?${query.join("&")}` : path;
  }

  value(where, name) {
    return this.fields.get(`${where} ${name}`)?.value.trim() ?? "";
  }

  missing() {
    const wanted = [...this.parameters("path"), ...this.parameters("query").filter((p) => p.required)];
    return wanted.filter((p) => this.value(p.in, p.name) === "");
  }

  curl() {
    const parts = ["curl"];
    if (this.method !== "get") parts.push(`-X ${this.method.toUpperCase()}`);
    if (this.says.security?.some((way) => way.bearer)) parts.push('-H "Authorization: Bearer $TOKEN"');
    if (this.says.requestBody) parts.push("-H 'Content-Type: application/json' -d @body.json");
    const address = base + this.target();
    return [...parts, quoted(address.replace(/%7B(\w+)%7D/g, "{$1}"))].join(" ");
  }

  field(where, name) {
    const made = element("input", { "aria-label": name, spellcheck: "false", autocomplete: "off" });
    made.addEventListener("input", () => this.showCurl());
    made.addEventListener("keydown", (event) => event.key === "Enter" && this.method === "get" && this.run());
    this.fields.set(`${where} ${name}`, made);
    return element("td", { class: "value" }, made);
  }

  showCurl() {
    this.line.textContent = this.curl();
  }

  fill() {
    if (this.line) return;
    const inner = element("div", { class: "inner" });
    const titled = (title, ...children) => inner.append(element("h3", {}, title), ...children);
    const scope = this.says["x-scope"];
    if (api.components.securitySchemes && scope !== "open") {
      const needed = this.says.security.some((way) => Object.keys(way).length === 0) ? "Open; with a token" : "A token";
      inner.append(element("p", { class: "note" }, `${needed} of scope ${scope}`));
    }
    const row = (p) => [p.name, p.schema, p.required, p.description];
    for (const [where, title] of [["path", "Path"], ["query", "Parameters"]]) {
      const all = this.parameters(where).map(row);
      if (all.length > 0) titled(title, table(all, (name) => this.field(where, name)));
    }
    const headers = this.parameters("header").map(row);
    if (headers.length > 0) titled("Headers", table(headers));
    if (this.says.requestBody) {
      const { schema } = this.says.requestBody.content["application/json"];
      titled(`Body: ${typeOf(schema) || "object"}`, element("p", { class: "note" }, this.says.requestBody.description), members(schema));
    }
    titled("Answers", this.answers());
    this.line = element("code");
    titled("curl", element("div", { class: "curl" }, element("pre", {}, this.line), copyButton(() => this.curl())));
    if (this.method === "get" && this.says.responses["200"]) inner.append(...this.trying());
    this.element.append(inner);
    this.showCurl();
  }

  answers() {
    const all = element("div");
    const rows = Object.entries(this.says.responses).map(([status, of]) => {
      const answer = resolve(of);
      return element("tr", {}, element("th", { scope: "row" }, status),
        element("td", { class: "type choices" }, Object.keys(answer.content ?? {}).join(", ")), element("td", {}, answer.description));
    });
    all.append(element("table", { class: "members" }, element("tbody", {}, ...rows)));
    const { schema } = resolve(this.says.responses["200"])?.content?.["application/json"] ?? {};
    if (membersOf(schema).length > 0) {
      all.append(element("details", {}, element("summary", {}, `200: ${typeOf(schema)}`), members(schema)));
    }
    return all;
  }

  trying() {
    const button = element("button", { type: "button", class: "primary" }, "Try it");
    this.note = element("span", { class: "note", role: "status" });
    this.answer = element("pre", { hidden: "", tabindex: "0", "aria-label": "Answer" });
    button.addEventListener("click", () => this.run());
    return [element("div", { class: "try" }, button, this.note), this.answer];
  }

  say(text, bad = false) {
    this.note.textContent = text;
    this.note.classList.toggle("bad", bad);
  }

  async run() {
    const missing = this.missing();
    if (missing.length > 0) {
      this.fields.get(`${missing[0].in} ${missing[0].name}`).focus();
      return this.say(`Wanted: ${missing.map((p) => p.name).join(", ")}`, true);
    }
    const stop = new AbortController();
    const began = performance.now();
    this.say("…");
    this.answer.hidden = true;
    try {
      const answer = await ask(this.target(), { accept: "application/json, */*;q=0.5", signal: stop.signal });
      const { text, whole } = await beginningOf(answer);
      const took = Math.round(performance.now() - began);
      this.say(`${answer.status}, ${answer.headers.get("Content-Type")}, ${took} ms${whole ? "" : "; only its beginning is shown"}`);
      this.answer.textContent = text;
      this.answer.hidden = false;
    } catch (error) {
      if (error.status === 401) find("#access").hidden = false;
      this.say(error.status ? `${error.status}: ${error.message}` : error.message, true);
    } finally {
      stop.abort(); // what nobody reads needs not be sent
    }
  }
}

/** As much of an answer as is shown; JSON in lines where all of it is there. */
async function beginningOf(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  if (!/json|text|xml/.test(type)) return { text: `${answer.headers.get("Content-Length") ?? "some"} bytes`, whole: true };
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let done = false;
  while (!done && text.length <= shown_max) {
    const step = await reader.read();
    done = step.done;
    text += step.value ?? "";
  }
  if (!done) return { text: `${text.slice(0, shown_max)}…`, whole: false };
  try {
    return { text: JSON.stringify(JSON.parse(text), null, 2), whole: true };
  } catch {
    return { text, whole: true }; // no JSON, or lines of it
  }
}

function copyButton(text) {
  const button = element("button", { type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select it"; // not allowed here: plain HTTP from elsewhere
    }
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  return button;
}

// --- the page

function parts() {
  const all = Object.entries(api.paths).flatMap(([path, of]) =>
    methods.filter((m) => of[m]).map((m) => new route(path, m, of[m])));
  return api.tags.map((tag) => {
    const routes = all.filter((one) => one.says.tags.includes(tag.name))
      .sort((a, b) => a.path.localeCompare(b.path) || methods.indexOf(a.method) - methods.indexOf(b.method));
    const id = tag.name.toLowerCase().replaceAll(" ", "-");
    const shown = element("section", { class: "part", id, "aria-label": tag.name },
      element("h2", {}, tag.name), element("p", { class: "note" }, tag.description), ...routes.map((one) => one.element));
    return { name: tag.name, id, routes, shown };
  });
}

/** Every word has to be in method, path or summary. */
function show(all, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const part of all) {
    let some = false;
    for (const one of part.routes) {
      const fits = words.every((word) => one.words.includes(word));
      one.element.hidden = !fits;
      some ||= fits;
      count += fits ? 1 : 0;
    }
    part.shown.hidden = !some;
  }
  find("#count").textContent = `${number(count)} route${count === 1 ? "" : "s"}`;
}

function openNamed() {
  const named = document.getElementById(location.hash.slice(1));
  if (named?.classList.contains("route")) named.open = true;
  named?.scrollIntoView();
}

function useAccess() {
  const form = find("#access");
  form.hidden = !api.components.securitySchemes;
  const note = () => (find("#access-note").textContent = hasToken()
    ? "This tab has a token." : "It is kept until this tab is closed, and nowhere else.");
  note();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    try {
      useToken(find("#token").value);
    } catch (error) {
      return (find("#access-note").textContent = error.message);
    }
    find("#token").value = "";
    note();
  });
}

async function start() {
  try {
    api = await json("/openapi.json");
  } catch (error) {
    return find("#routes").append(element("p", { class: "panel" }, error.message));
  }
  find("#about").textContent = `${api.info.version}, route by route`;
  const all = parts();
  find("#tags").append(...all.map((part) => element("a", { href: `#${part.id}` }, part.name)));
  find("#routes").append(...all.map((part) => part.shown));
  find("#filter").addEventListener("input", (event) => show(all, event.target.value));
  show(all, "");
  useAccess();
  openNamed();
  window.addEventListener("hashchange", openNamed);
}

start();
