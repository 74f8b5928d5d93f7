"""Starts the service."""

from .app.routes import router
from .app.settings import Settings
from .chassis import run


def main() -> None:
    """Run until a signal comes."""
    run(Settings, router)


if __name__ == "__main__":
    main()
