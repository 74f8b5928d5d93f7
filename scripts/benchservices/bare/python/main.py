"""The least program of FastAPI that answers as the starter API does, on uvicorn with the service's loop and parser."""

import os
import platform
import socket

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

NAME = os.environ["SERVICE_NAME"]

app = FastAPI()


class Welcome(BaseModel):
    """What the program says of itself."""

    name: str
    language: str
    runtime: str
    host: str
    process_id: int


@app.get("/api/")
async def welcome() -> Welcome:
    """Say who answers."""
    return Welcome(
        name=NAME,
        language="python",
        runtime=platform.python_version(),
        host=socket.gethostname(),
        process_id=os.getpid(),
    )


if __name__ == "__main__":
    uvicorn.run(
        app,
        host=os.environ["HOST"],
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
    )
