// Asking the server: what it refuses comes back as its own sentence, what did not reach it as `NoNetwork`.

const PATIENCE_MS = 90_000;
let token = "";

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

export async function session() {
  const answer = await ask("session");
  token = answer.token;
  return answer;
}

export async function send(path, values) {
  try {
    return await ask(path, form(values));
  } catch (error) {
    if (error.code !== "token_expired") throw error;
    await session();
    return ask(path, form(values));
  }
}

function form(values) {
  const data = new FormData();
  for (const [name, value] of Object.entries(values)) data.append(name, value);
  return data;
}

export async function ask(path, body) {
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
  if (answer.ok && !answer.redirected) return answer.json();
  throw new Refused(answer.status, await answer.json().catch(() => ({})));
}
