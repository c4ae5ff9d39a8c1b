"""Who comes to the site in `bench/web.py`, and what they do there: run by locust, told by a plan."""

import json
import os
import random
import re
import uuid
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, task

PLAN = json.loads(Path(os.environ["BENCH_PLAN"]).read_text())
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FINDING = re.compile(r'href="(/findings/[0-9]+/)"')
AT = "2026-11-20T09:30:00+08:00"


class Visitor(FastHttpUser):
    """Somebody with an account of this role, who looks at a page for a second or so before the next."""

    abstract = True
    wait_time = between(0.5, 1.5)
    network_timeout = connection_timeout = 60.0
    role = ""
    taken: dict[str, int] = {}

    def on_start(self) -> None:
        accounts = PLAN["people"][self.role]
        number = Visitor.taken[self.role] = Visitor.taken.get(self.role, -1) + 1
        self.account: dict[str, Any] = accounts[number % len(accounts)]
        self.enter()

    def enter(self) -> None:
        token = self.token("/login/", "log in: the page")
        answer = self.client.post(
            "/login/",
            {
                "csrfmiddlewaretoken": token,
                "username": self.account["username"],
                "password": PLAN["password"],
            },
            name="log in: the password",
            allow_redirects=False,
        )
        assert answer.status_code == 302, answer.status_code

    def token(self, address: str, name: str) -> str:
        found = TOKEN.search(self.client.get(address, name=name).text or "")
        return found[1] if found else ""

    @task(1)
    def again(self) -> None:
        """Log out, and in again."""
        self.client.post(
            "/logout/", {"csrfmiddlewaretoken": self.token("/account/", "account")}, name="log out"
        )
        self.enter()


class Inspector(Visitor):
    """Fills one inspection as a device does, and submits what is complete."""

    weight = 16
    role = "lead_inspector"

    def on_start(self) -> None:
        self.versions: dict[str, int] = {}
        self.cursor: int | None = None
        self.device = str(uuid.uuid4())
        super().on_start()

    def enter(self) -> None:
        super().enter()
        self.address = f"/inspections/{self.account['inspection']}/"
        # A log-in changes what the form's requests must bear.
        self.csrf = self.token(self.address, "form")

    def deliver(self, count: int) -> None:
        items = random.sample(sorted(self.account["values"]), count)
        mutations = [
            {
                "id": str(uuid.uuid4()), "item": item, "base": self.versions.get(item, 0), "after": None,
                "value": self.account["values"][item], "na": False, "reason": "", "at": AT,
                "note": uuid.uuid4().hex[:8],
            }
            for item in items
        ]  # fmt: skip
        body = {
            "person": self.account["person"], "device": self.device, "cursor": self.cursor,
            "mutations": mutations,
        }  # fmt: skip
        with self.client.post(
            f"{self.address}sync/", json=body, headers={"X-CSRFToken": self.csrf},
            name=f"deliver {count} answer{'s' * (count > 1)}", catch_response=True,
        ) as answer:  # fmt: skip
            if answer.status_code != 200:
                answer.failure(f"{answer.status_code}")
                return
            said = answer.json()
            self.cursor = said["cursor"]
            for item, result in zip(items, said["results"], strict=True):
                if result["outcome"] != "applied":
                    answer.failure(result["outcome"])
                self.versions[item] = result["version"]

    @task(40)
    def save(self) -> None:
        self.deliver(1)

    @task(8)
    def deliver_some(self) -> None:
        self.deliver(20)

    @task(8)
    def form(self) -> None:
        self.csrf = self.token(self.address, "form") or self.csrf

    @task(4)
    def task_list(self) -> None:
        self.client.get("/tasks/", name="tasks")

    @task(3)
    def check(self) -> None:
        self.client.get(f"{self.address}check/", name="check before submitting")

    @task(4)
    def submit(self) -> None:
        if self.account["complete"]:
            one = self.account["complete"].pop()
            self.client.post(
                f"/inspections/{one}/submit/", headers={"X-CSRFToken": self.csrf}, name="submit",
                allow_redirects=False,
            )  # fmt: skip


class Administrator(Visitor):
    weight = 8
    role = "administrator"

    @task(8)
    def county(self) -> None:
        self.client.get("/county/", name="county's home")

    @task(6)
    def region(self) -> None:
        self.client.get(f"/regions/{PLAN['county']}/", name="region: county")

    @task(4)
    def township(self) -> None:
        self.client.get(f"/regions/{random.choice(PLAN['townships'])}/", name="region: township")

    @task(8)
    def ledger(self) -> None:
        self.client.get("/findings/", name="ledger")

    @task(4)
    def filtered(self) -> None:
        wanted = f"state=open&region={random.choice(PLAN['townships'])[:9]}"
        self.client.get(f"/findings/?{wanted}", name="ledger, filtered")

    @task(2)
    def round(self) -> None:
        self.client.get(f"/rounds/{PLAN['round']}/", name="round")

    @task(2)
    def documents(self) -> None:
        self.client.get("/documents/", name="documents")


class Township(Visitor):
    weight = 12
    role = "township_staff"

    @task(10)
    def home(self) -> None:
        self.client.get("/our-centers/", name="township's home")

    @task(5)
    def score(self) -> None:
        self.client.get(f"/inspections/{self.account['submitted']}/score/", name="score")

    @task(5)
    def findings(self) -> None:
        said = self.client.get("/findings/", name="township's ledger").text or ""
        if found := FINDING.findall(said):
            self.client.get(random.choice(found), name="finding")


class Stranger(FastHttpUser):
    """Has the paper in hand, and reads its code."""

    weight = 4
    wait_time = between(0.5, 1.5)

    @task
    def verify(self) -> None:
        self.client.get(f"/verify/{random.choice(PLAN['tokens'])}/", name="verify a document")
