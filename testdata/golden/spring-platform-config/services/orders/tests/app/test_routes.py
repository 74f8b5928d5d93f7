"""The routes of this service."""

import os
import platform
import socket

import httpx
import pytest

from orders.app.routes import router
from orders.app.settings import Settings
from orders.chassis import create_app

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("path", ["/api", "/api/"])
async def test_welcome(path: str) -> None:
    app = create_app(Settings(service_name="me"), router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as http:
        response = await http.get(path)
    assert response.status_code == 200
    assert response.json() == {
        "name": "me",
        "language": "python",
        "runtime": platform.python_version(),
        "host": socket.gethostname(),
        "process_id": os.getpid(),
    }
