"""The routes of this service. The gateway sends PREFIX/rest to /api/rest."""

import asyncio
import os
import platform
import socket
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from pydantic import BaseModel

from ..chassis import CallError, Client, ClientDep
from .settings import Config

router = APIRouter(prefix="/api")


class Report(BaseModel):
    """What became of one call: an answer, or the reason why there is none."""

    status: int | None = None
    answer: Any = None
    error: str | None = None


class Welcome(BaseModel):
    """What this service says of itself and of those that it calls."""

    name: str
    language: str
    runtime: str
    host: str
    process_id: int
    calls: dict[str, Report]


@router.get("", response_model_exclude_unset=True, include_in_schema=False)
@router.get("/", response_model_exclude_unset=True)
async def welcome(config: Config, client: ClientDep, via: str = "") -> Welcome:
    """Answer at once, even if a dependency does not. Put your own routes in its place."""
    return Welcome(
        name=config.service_name,
        language="python",
        runtime=platform.python_version(),
        host=socket.gethostname(),
        process_id=os.getpid(),
        calls=await report_all(client, config.service_name, via),
    )


async def report_all(client: Client, self_name: str, via: str) -> dict[str, Report]:
    """Ask all at once. `via` lists who was asked before, so that a circle of services comes to an end."""
    before = [name for name in via.split(",") if name]
    if self_name in before:
        return {name: Report(error="circle") for name in client.names}
    path = f"/api/?via={quote(','.join([*before, self_name]))}"
    reports = await asyncio.gather(*(report(client, name, path) for name in client.names))
    return dict(zip(client.names, reports, strict=True))


async def report(client: Client, name: str, path: str) -> Report:
    """Ask one service how it is."""
    try:
        answer = await client.get(name, path)
    except CallError as error:
        return Report(error=error.reason)
    if answer.status >= 400:
        return Report(status=answer.status, error="status")
    try:
        return Report(status=answer.status, answer=answer.json())
    except ValueError:
        return Report(status=answer.status, error="not_json")
