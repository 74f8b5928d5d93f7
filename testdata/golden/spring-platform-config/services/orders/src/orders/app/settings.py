"""The configuration of this service."""

from typing import Annotated, cast

from fastapi import Depends, Request

from .. import chassis


class Settings(chassis.Settings):
    """Add your variables as fields: `greeting: str = "hello"` is read from GREETING and checked at start."""


async def _current(request: Request) -> Settings:
    return cast("Settings", request.app.state.settings)


Config = Annotated[Settings, Depends(_current)]
