"""The routes of this service. The gateway sends PREFIX/rest to /api/rest."""

import os
import platform
import socket

from fastapi import APIRouter
from pydantic import BaseModel

from .settings import Config

router = APIRouter(prefix="/api")


class Welcome(BaseModel):
    """What this service says of itself."""

    name: str
    language: str
    runtime: str
    host: str
    process_id: int


@router.get("", include_in_schema=False)
@router.get("/")
async def welcome(config: Config) -> Welcome:
    """Say who answers. Put your own routes in its place."""
    return Welcome(
        name=config.service_name,
        language="python",
        runtime=platform.python_version(),
        host=socket.gethostname(),
        process_id=os.getpid(),
    )
