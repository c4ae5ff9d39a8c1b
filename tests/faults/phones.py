"""Many phones in a process of their own: each sends its outbox until all of it is acknowledged.

Reads a plan as JSON from the standard input, and writes what was acknowledged to the standard output.
Knows nothing of the portal's code: plain HTTP, and the protocol's text.
"""

import base64
import http.client
import json
import random
import sys
import threading
import time
from typing import Any

AT = "2026-11-20T09:30:00+08:00"
TOKEN = "a" * 32
PIECE = 3000


class Phone:
    """One device: an outbox of changes and photos, and what the server said of each."""

    def __init__(self, plan: dict[str, Any], port: int) -> None:
        self.plan, self.port = plan, port
        self.chance = random.Random(plan["device"])
        self.outbox: dict[str, dict[str, Any]] = {one["id"]: one for one in plan["mutations"]}
        self.cursor: int | None = None
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.photos: dict[str, dict[str, Any]] = {}
        self.wrong: list[str] = []
        self.requests = self.failures = 0

    def run(self) -> None:
        waiting = list(self.plan["photos"])
        while (self.outbox or waiting) and not self.wrong:
            if self.outbox:
                self._send()
            if waiting and (self.chance.random() < 0.3 or not self.outbox) and self._upload(waiting[0]):
                waiting.pop(0)

    def _send(self) -> None:
        """Some of what waits, in any order; what was not acknowledged is sent again."""
        count = min(len(self.outbox), self.chance.randint(1, 14))
        some = self.chance.sample(list(self.outbox.values()), count)
        body = {"device": self.plan["device"], "person": self.plan["person"], "cursor": self.cursor}
        status, said = self._ask("POST", "sync/", json.dumps({**body, "mutations": some}).encode())
        if status != 200:
            self._failed(status, said)
            return
        self.cursor, self.failures = said["cursor"], 0
        for result in said["results"]:
            if result["outcome"] == "reused":
                self.wrong.append(f"reused: {result}")
            elif result["outcome"] != "early":
                self.acknowledged[result["id"]] = result
                self.outbox.pop(result["id"], None)

    def _upload(self, photo: dict[str, Any]) -> bool:
        """One step of a photo; true once the server has said that it has all of it."""
        original = base64.b64decode(photo["original"])
        announced = {name: value for name, value in photo.items() if name != "original"}
        announced |= {"device": self.plan["device"], "person": self.plan["person"], "of": None, "at": AT}
        status, said = self._ask("POST", "photos/", json.dumps(announced).encode())
        while status in (200, 409) and "offset" in said and not said.get("done"):
            at = said["offset"]
            status, said = self._ask("PUT", f"photos/{photo['id']}/", original[at : at + PIECE], at)
        if status != 200 or not said.get("done"):
            self._failed(status, said)
            return False
        if said["sha256"] != photo["sha256"]:
            self.wrong.append(f"digest: {said}")
        self.photos[photo["id"]], self.failures = said, 0
        return True

    def _ask(self, method: str, path: str, body: bytes, offset: int | None = None) -> tuple[int, Any]:
        self.requests += 1
        headers = {
            "Cookie": f"sessionid={self.plan['session']}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Accept": "application/json",
            "Content-Type": "application/json" if method == "POST" else "application/octet-stream",
            "Connection": "close",
        }
        if offset is not None:
            headers["Upload-Offset"] = str(offset)
        try:
            wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            wire.request(method, f"/inspections/{self.plan['inspection']}/{path}", body, headers)
            answer = wire.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}

    def _failed(self, status: int, said: Any) -> None:
        # No answer at all, or the server is just starting: again after a while. Nothing else may happen.
        if status not in (0, 409):
            self.wrong.append(f"{status}: {said}")
        self.failures += 1
        time.sleep(min(1.0, 0.02 * 2**self.failures) * (0.5 + self.chance.random()))


def main() -> None:
    plan = json.load(sys.stdin)
    phones = [Phone(one, plan["port"]) for one in plan["phones"]]
    threads = [threading.Thread(target=phone.run) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = {
        "acknowledged": [one for phone in phones for one in phone.acknowledged.values()],
        "photos": [one for phone in phones for one in phone.photos.values()],
        "wrong": [line for phone in phones for line in phone.wrong],
        "requests": sum(phone.requests for phone in phones),
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
