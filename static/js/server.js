// The form's conversation with the server: one answer, one photo, one removal. Every failure has a name.

const LONGEST_UPLOAD = 120_000;

function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie ? cookie[1] : document.querySelector("[name=csrfmiddlewaretoken]").value;
}

// A log-in page, whether by 401 or by redirect, means that nothing was stored.
function outcome(status, redirected, text) {
  if (status === 401 || redirected) return { failed: "signedOut" };
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    body = null;
  }
  if (status >= 200 && status < 300 && body) return { ok: true, ...body };
  if ((status === 400 || status === 413) && body && body.errors) return { refused: true, ...body };
  if ([403, 404, 409, 410].includes(status)) return { failed: "closed" };
  return { failed: "server" };
}

export async function post(url, data) {
  try {
    const response = await fetch(url, {
      method: "POST",
      body: data,
      headers: { "X-CSRFToken": token(), Accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout ? AbortSignal.timeout(30_000) : undefined,
    });
    return outcome(response.status, response.type === "opaqueredirect", await response.text());
  } catch {
    return { failed: "offline" };
  }
}

// fetch tells nothing of how far an upload is; XMLHttpRequest does.
export function upload(url, data, progress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => event.lengthComputable && progress(Math.floor((100 * event.loaded) / event.total));
    request.onload = () => resolve(outcome(request.status, !request.responseURL.endsWith(url), request.responseText));
    request.timeout = LONGEST_UPLOAD;
    request.onerror = request.ontimeout = () => resolve({ failed: "offline" });
    request.send(data);
  });
}
