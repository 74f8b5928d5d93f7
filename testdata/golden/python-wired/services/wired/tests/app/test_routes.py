"""The routes of this service."""

import os
import platform
import socket

import httpx
import pytest

from wired.app.routes import report, report_all, router
from wired.app.settings import Settings
from wired.chassis import create_app
from wired.chassis.client import Answer, Client
from wired.chassis.config import Call

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("path", ["/api", "/api/"])
async def test_welcome(path: str) -> None:
    app = create_app(Settings(service_name="me"), router, {"other": Call("other", "OTHER", 100, 100)})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as http:
        response = await http.get(path)
    assert response.status_code == 200
    assert response.json() == {
        "name": "me",
        "language": "python",
        "runtime": platform.python_version(),
        "host": socket.gethostname(),
        "process_id": os.getpid(),
        "calls": {"other": {"error": "not_configured"}},
    }


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(200, b'{"a": null}'), {"status": 200, "answer": {"a": None}}),
        (Answer(200, b"null"), {"status": 200, "answer": None}),
        (Answer(200, b"<html>"), {"status": 200, "error": "not_json"}),
        (Answer(404, b"{}"), {"status": 404, "error": "status"}),
    ],
)
async def test_what_a_report_says(monkeypatch: pytest.MonkeyPatch, answer: Answer, expected: dict[str, object]) -> None:
    async def get(*_: object) -> Answer:
        return answer

    monkeypatch.setattr(Client, "get", get)
    app = create_app(Settings(), router, {})
    reported = await report(app.state.client, "other", "/api/")
    assert reported.model_dump(exclude_unset=True) == expected


@pytest.mark.parametrize(
    ("via", "expected"),
    [("", "/api/?via=me"), ("a", "/api/?via=a%2Cme"), ("a&b=1", "/api/?via=a%26b%3D1%2Cme"), ("a,me,b", None)],
)
async def test_a_circle_comes_to_an_end(monkeypatch: pytest.MonkeyPatch, via: str, expected: str | None) -> None:
    asked: list[str] = []

    async def get(_: Client, _name: str, path: str) -> Answer:
        asked.append(path)
        return Answer(200, b"{}")

    monkeypatch.setattr(Client, "get", get)
    app = create_app(Settings(), router, {"other": Call("other", "OTHER", 100, 100)})
    reports = await report_all(app.state.client, "me", via)
    assert asked == ([expected] if expected else [])
    assert reports["other"].error == (None if expected else "circle")
