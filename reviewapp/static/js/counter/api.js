// Asking the server: what it refuses comes back as its own sentence, what did not reach it as `NoNetwork`.

const PATIENCE_MS = 90_000;
let token = "";
let acting = null;

export class NoNetwork extends Error {}

// `code` is stable, `message` is the server's sentence, `fields` the messages by field.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || "系统没有说明原因。请稍后重试。");
    this.status = status;
    this.code = problem.code || `http_${status}`;
    this.fields = problem.fields || {};
  }

  // Worth trying again without anybody doing anything.
  get passing() {
    return this.status >= 500 || this.status === 429;
  }
}

export const csrf = () => token;

// From now on nothing is sent for another account: it may have signed in in another tab.
export function actFor(account) {
  acting = account;
}

export async function session() {
  const answer = await exchange("session");
  if (acting && answer.account !== acting) {
    throw new Refused(401, { code: "session_ended", detail: "这台设备上登录的是另一个账号。请用原来的账号登录。" });
  }
  token = answer.token;
  return answer;
}

export const ask = (path) => onceMore(path, null);
export const send = (path, values) => onceMore(path, form(values));

// What another session can explain is looked into: a token of an earlier one, or somebody else's.
async function onceMore(path, body) {
  try {
    return await exchange(path, body);
  } catch (error) {
    if (!["token_expired", "not_found", "not_allowed"].includes(error.code)) throw error;
    await session();
    if (error.code !== "token_expired") throw error;
    return exchange(path, body);
  }
}

function form(values) {
  const data = new FormData();
  for (const [name, value] of Object.entries(values)) data.append(name, value);
  return data;
}

async function exchange(path, body) {
  let answer;
  try {
    answer = await fetch(`/counter/${path}`, {
      method: body ? "POST" : "GET",
      body,
      headers: { Accept: "application/json", ...(body ? { "X-CSRFToken": token } : {}) },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new NoNetwork();
  }
  const said = answer.headers.get("Content-Type")?.includes("json") ? await answer.json().catch(() => null) : null;
  if (answer.ok && said) return said;
  if (answer.ok) throw new NoNetwork(); // somebody between us and the server answered: a portal that wants a sign-in
  throw new Refused(answer.status, said ?? {});
}
