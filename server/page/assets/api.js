// Requests to the server that the page came from, with the token that somebody typed in.

/** Where the server is: at a proxy that may be below a path, of which the server knows nothing. */
export const base = new URL("..", import.meta.url).href.replace(/\/$/, "");

const key = `callstream-token ${base}`;
const sendable = (text) => /^[\x21-\x7e]*$/.test(text); // in a field of HTTP
let token = sessionStorage.getItem(key) || "";

export const currentToken = () => token;
export const hasToken = () => token !== "";
export function useToken(text) {
  const given = text.trim();
  if (!sendable(given)) throw new Error("This is no token: they have neither blanks nor letters beyond ASCII.");
  token = given;
  sessionStorage.setItem(key, token);
}
export function forgetToken() {
  token = "";
  sessionStorage.removeItem(key);
}

export class refusal extends Error {
  constructor(status, text, retry) {
    super(text);
    this.status = status;
    this.retry_s = retry;
  }
}

/** Errors come as one JSON string, "ERROR - time - sentence". */
async function refusalOf(answer) {
  const text = await answer.text();
  let said = text;
  try {
    said = JSON.parse(text);
  } catch {
    // a proxy may have answered
  }
  const sentence = String(said).replace(/^ERROR - \S+ - /, "").trim();
  return new refusal(answer.status, sentence || answer.statusText, Number(answer.headers.get("Retry-After")) || 1);
}

/** `parameters` without those that are null. */
export function target(path, parameters = {}) {
  const set = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined);
  const query = new URLSearchParams(set).toString();
  return query ? `${path}?${query}` : path;
}

/** `where` begins with `/`, which is where the server begins. */
export async function ask(where, { accept = "application/json", signal } = {}) {
  const headers = { Accept: accept };
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(base + where, { headers, signal, credentials: "omit" });
  if (!answer.ok) throw await refusalOf(answer);
  return answer;
}

export const json = async (where, options) => (await ask(where, options)).json();

export async function bytes(where, options) {
  const answer = await ask(where, { accept: "application/octet-stream", ...options });
  return { data: new Uint8Array(await answer.arrayBuffer()), headers: answer.headers };
}

export const encode = encodeURIComponent;
