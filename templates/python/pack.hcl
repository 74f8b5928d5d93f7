pack "python" {
  kind        = "service"
  language    = "python"
  version     = "0.1.0"
  description = "FastAPI on uvicorn, with structlog, prometheus-client and pydantic-settings"
  changes     = { "0.1.0" = "First version." }
  reserved    = []
}

requires "python3" {
  minimum = "3.11"
  version = ["python3", "--version"]
  get     = "apt-get install python3 python3-venv, or https://www.python.org/downloads/"
}

input "description" {
  type      = string
  default   = ""
  why       = "Stands in the README and in the package's metadata."
  later     = true
  essential = false
}

locals {
  # Words that cannot be the name of the package: keywords, the standard library, and what the locks install.
  taken = [
    "abc", "aifc", "and", "annotated_doc", "annotated_types", "antigravity", "anyio", "argparse", "array", "as",
    "assert", "ast", "ast_serialize", "async", "asynchat", "asyncio", "asyncore", "atexit", "attr", "audioop", "await",
    "base64", "bdb", "binascii", "bisect", "break", "builtins", "bz2", "calendar", "certifi", "cgi", "cgitb",
    "charset_normalizer", "chunk", "class", "click", "cmath", "cmd", "code", "codecs", "codeop", "collections",
    "colorama", "colorsys", "compileall", "concurrent", "configparser", "conftest", "contextlib", "contextvars",
    "continue", "copy", "copyreg", "crypt", "csv", "ctypes", "curses", "dataclasses", "datetime", "dateutil", "dbm",
    "decimal", "def", "del", "difflib", "dis", "distutils", "doctest", "dotenv", "editables", "elif", "else", "email",
    "encodings", "ensurepip", "enum", "errno", "except", "fastapi", "faulthandler", "fcntl", "filecmp", "fileinput",
    "finally", "fnmatch", "for", "fractions", "from", "ftplib", "functools", "gc", "genericpath", "getopt", "getpass",
    "gettext", "glob", "global", "google", "googleapis_common_protos", "graphlib", "grp", "gzip", "h11", "hashlib",
    "hatchling", "heapq", "hmac", "html", "http", "httpcore", "httptools", "httpx", "idlelib", "idna", "if", "imaplib",
    "imghdr", "imp", "import", "importlib", "in", "iniconfig", "inspect", "io", "ipaddress", "is", "itertools", "json",
    "keyword", "lambda", "lib2to3", "librt", "linecache", "locale", "logging", "lzma", "mailbox", "mailcap", "marshal",
    "math", "mimetypes", "mmap", "modulefinder", "msilib", "msvcrt", "multiprocessing", "mypy", "mypy_extensions",
    "mypyc", "netrc", "nis", "nntplib", "nonlocal", "not", "nt", "ntpath", "nturl2path", "numbers", "opcode",
    "opentelemetry", "opentelemetry_api", "opentelemetry_exporter_http_transport", "opentelemetry_exporter_otlp_common",
    "opentelemetry_exporter_otlp_proto_common", "opentelemetry_exporter_otlp_proto_http", "opentelemetry_proto",
    "opentelemetry_sdk", "opentelemetry_semantic_conventions", "operator", "optparse", "or", "os", "ossaudiodev",
    "packaging", "pass", "pathlib", "pathspec", "pdb", "pickle", "pickletools", "pip", "pipes", "pkg_resources",
    "pkgutil", "platform", "plistlib", "pluggy", "poplib", "posix", "posixpath", "pprint", "profile",
    "prometheus_client", "protobuf", "pstats", "pty", "pwd", "py", "py_compile", "pyclbr", "pydantic", "pydantic_core",
    "pydantic_settings", "pydoc", "pydoc_data", "pyexpat", "pygments", "pytest", "python", "python_dotenv", "queue",
    "quopri", "raise", "random", "re", "readline", "reprlib", "requests", "resource", "return", "rlcompleter", "ruff",
    "runpy", "sched", "secrets", "select", "selectors", "setuptools", "shelve", "shlex", "shutil", "signal", "site",
    "smtpd", "smtplib", "sndhdr", "socket", "socketserver", "spwd", "sqlite3", "src", "sre_compile", "sre_constants",
    "sre_parse", "ssl", "starlette", "stat", "statistics", "string", "stringprep", "struct", "structlog", "subprocess",
    "sunau", "symtable", "sys", "sysconfig", "syslog", "tabnanny", "tarfile", "telnetlib", "tempfile", "termios",
    "test", "tests", "textwrap", "this", "threading", "time", "timeit", "tkinter", "token", "tokenize", "tomlkit",
    "tomllib", "trace", "traceback", "tracemalloc", "trove_classifiers", "try", "tty", "turtle", "turtledemo", "types",
    "typing", "typing_extensions", "typing_inspection", "unicodedata", "unittest", "urllib", "urllib3", "uu", "uuid",
    "uvicorn", "uvloop", "venv", "warnings", "wave", "weakref", "webbrowser", "wheel", "while", "winreg", "winsound",
    "with", "wsgiref", "xdrlib", "xml", "xmlrpc", "yaml", "yield", "zipapp", "zipfile", "zipimport", "zlib", "zoneinfo",
  ]
  word         = snake(service.name)
  clash        = length([for t in local.taken : t if t == local.word]) > 0
  package      = local.clash ? "${local.word}_service" : local.word
  distribution = kebab(local.package)
  called       = length(service.calls) > 0
  eureka       = system.discovery == "eureka"
  config       = system.config == "spring-cloud"
  lookup       = local.called && local.eureka
  http         = local.called || local.eureka || local.config
  middle       = local.config ? "config server over " : ""
}

command "install" {
  steps = [
    ["python3", "-m", "venv", ".venv"],
    [".venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", "requirements-dev.lock"],
    [".venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "-e", "."],
  ]
  inputs  = ["requirements-dev.lock", "pyproject.toml"]
  outputs = [".venv/bin/python", ".venv/bin/pytest"]
}

command "build" {
  steps = [[".venv/bin/python", "-m", "compileall", "-q", "src"]]
  inputs = ["src/**/*.py"]
}

command "test" {
  steps = [[".venv/bin/python", "-m", "pytest"]]
}

command "lint" {
  steps = [
    [".venv/bin/ruff", "check"],
    [".venv/bin/ruff", "format", "--check"],
    [".venv/bin/mypy"],
  ]
}

# uv writes the locks; nothing else of it is needed, so it has a place of its own.
command "lock" {
  steps = [
    ["python3", "-m", "venv", "build/lock"],
    ["build/lock/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv==0.13.9"],
    [
      "build/lock/bin/uv", "pip", "compile", "pyproject.toml", "--quiet", "--universal", "--python-version", "3.11", "--upgrade",
      "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--output-file", "requirements.lock",
    ],
    [
      "build/lock/bin/uv", "pip", "compile", "pyproject.toml", "--quiet", "--universal", "--python-version", "3.11", "--upgrade", "--group", "dev",
      "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--output-file", "requirements-dev.lock",
    ],
  ]
}

command "run" {
  steps = [[".venv/bin/python", "-m", "${local.package}"]]
}

# The chassis and its tests.

file "src/chassis/**" {
  destination = "src/${local.package}/chassis/${file}"
  class       = "managed"
}

file "src/chassis/calls.py" {
  destination = "src/${local.package}/chassis/calls.py"
  class       = "managed"
  when        = local.called
}

file "src/chassis/client.py" {
  destination = "src/${local.package}/chassis/client.py"
  class       = "managed"
  when        = local.called
}

file "tests/chassis/**" {
  class = "managed"
}

file "tests/chassis/test_client.py" {
  class = "managed"
  when  = local.called
}

# What belongs to calls, a registry and a config server is there only for those that have one.

file "src/chassis/breaker.py" {
  destination = "src/${local.package}/chassis/breaker.py"
  class       = "managed"
  when        = local.called
}

file "src/chassis/retries.py" {
  destination = "src/${local.package}/chassis/retries.py"
  class       = "managed"
  when        = local.called
}

file "src/chassis/registry.py" {
  destination = "src/${local.package}/chassis/registry.py"
  class       = "managed"
  when        = local.eureka
}

file "src/chassis/instances.py" {
  destination = "src/${local.package}/chassis/instances.py"
  class       = "managed"
  when        = local.lookup
}

file "src/chassis/remote.py" {
  destination = "src/${local.package}/chassis/remote.py"
  class       = "managed"
  when        = local.config
}

file "tests/chassis/test_breaker.py" {
  class = "managed"
  when  = local.called
}

file "tests/chassis/test_retries.py" {
  class = "managed"
  when  = local.called
}

file "tests/chassis/test_registry.py" {
  class = "managed"
  when  = local.eureka
}

file "tests/chassis/test_instances.py" {
  class = "managed"
  when  = local.lookup
}

file "tests/chassis/test_remote.py" {
  class = "managed"
  when  = local.config
}

# The service itself.

file "src/__init__.py" {
  destination = "src/${local.package}/__init__.py"
  class       = "seeded"
}

file "src/__main__.py" {
  destination = "src/${local.package}/__main__.py"
  class       = "seeded"
}

file "src/app/**" {
  destination = "src/${local.package}/app/${file}"
  class       = "seeded"
}

# A starter without calls, and one that reports each of them.

file "leaf/app/routes.py" {
  destination = "src/${local.package}/app/routes.py"
  class       = "seeded"
  when        = !local.called
}

file "leaf/tests/test_routes.py" {
  destination = "tests/app/test_routes.py"
  class       = "seeded"
  when        = !local.called
}

file "caller/app/routes.py" {
  destination = "src/${local.package}/app/routes.py"
  class       = "seeded"
  when        = local.called
}

file "caller/tests/test_routes.py" {
  destination = "tests/app/test_routes.py"
  class       = "seeded"
  when        = local.called
}

# The project around it. Files that begin with a dot are stored without it.

file "README.md" {
  class = "seeded"
}

file "pyproject.toml" {
  class  = "seeded"
  format = "toml"
}

file "requirements.lock" {
  class = "seeded"
  merge = "lock"
}

file "requirements-dev.lock" {
  class = "seeded"
  merge = "lock"
}

file "Dockerfile" {
  class = "managed"
}

file "dockerignore" {
  destination = ".dockerignore"
  class       = "managed"
}

file "gitignore" {
  destination = ".gitignore"
  class       = "seeded"
}
