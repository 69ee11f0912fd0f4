"""Take secrets and names out of what is recorded: arguments, URLs, remotes, variables.

A secret is known by the name that it is given to (``--password x``, ``TOKEN=x``, ``Authorization: x``, ``?sig=x``), by its
own form (``ghp_...``, ``AKIA...``, a JSON web token) or by its place in a URL (``https://user:x@host``). What is replaced
becomes ``***``; all else is left as it is, so that a run can be replayed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

REDACTED = "***"
_ENDS = """password passwd passphrase passcode pwd pass pw secret secrets token apikey auth authorization credential credentials
bearer cookie signature sig sas privatekey accesskey secretkey encryptionkey pat"""
# Before "key" and "token": what makes a key secret, and what makes a token a word of a language model.
_KEYS = "api access secret private encryption signing account storage master license auth app deploy"
_TOKENS = """pad eos bos unk sep cls mask start end stop image special new first last per decoder forced prefix suffix video
audio"""
_SECRET_ENDS, _SECRET_KEYS, _WORD_TOKENS = (frozenset(words.split()) for words in (_ENDS, _KEYS, _TOKENS))
# Values that say whether, not what.
_NO_SECRETS = frozenset(("", "true", "false", "none", "null", "yes", "no", "0", "1", "2", "3", REDACTED))
# Most words have none of these, and then no pattern is compiled: that costs 4 ms in all.
_FORM_HINTS = (
    "sk-", "k_live_", "k_test_", "gh", "github_pat_", "glpat-", "hf_", "xox", "AKIA", "ASIA", "AROA", "AIDA", "AIza",
    "ya29.", "npm_", "pypi-",
    "dckr_pat_", "SG.", "nvapi-", "r8_", "gsk_", "AGE-SECRET-KEY-", "eyJ", "PRIVATE KEY",
)  # fmt: skip
_FORMS = r"""(?x) sk-[\w-]{16,} | [srp]k_(?:live|test)_\w{10,} | gh[pousr]_\w{16,} | github_pat_\w{16,} | glpat-[\w-]{16,}
    | hf_[A-Za-z0-9]{16,} | xox[abeoprs]-[\w-]{10,} | (?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16} | AIza[\w-]{30,} | ya29\.[\w-]{10,}
    | npm_[A-Za-z0-9]{30,} | pypi-[\w-]{16,} | dckr_pat_[\w-]{16,} | SG\.[\w-]{16,}\.[\w-]{16,} | nvapi-[\w-]{16,}
    | r8_[A-Za-z0-9]{16,} | gsk_[A-Za-z0-9]{16,} | AGE-SECRET-KEY-\w+ | eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*
    | -----BEGIN[ A-Z]*PRIVATE\ KEY-----[\s\S]*"""
_BEARER = r"(?i)(\bbearer\s+)[^\s\"']{6,}"
_USERINFO = r"(://)([^\s/?#\"'@]*(?:@[^\s/?#\"'@]*)*|[^\s:@/?#\"']+:(?!\d+(?:[/?#]|$))[^\s@\"']*)@"
_VALUE = r"""("[^"]*"|'[^']*'|[^\s"'&;,}]+)"""
_NAMED = r"""(?<![\w.-])(-{0,2}[A-Za-z][\w.-]*)(["']?\s?[=:](?!//)\s*)""" + _VALUE
_FLAGGED = r"(?<![\w-])(-{1,2}[A-Za-z][\w-]*)(\s+)" + _VALUE
_HEADER = r"""(?i)((?:proxy-)?authorization["']?\s*:\s*)[^"']+|(\b(?:set-)?cookie\s*:\s*)[^"']+"""
_WORDS = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+"
_GLUED = {"mysql": "-p", "mysqldump": "-p", "mysqladmin": "-p", "mariadb": "-p", "sshpass": "-p", "redis-cli": "-a"}
_LOGINS = dict.fromkeys(("curl", "http", "https", "xh"), ("-u", "--user", "-U", "--proxy-user"))


def is_secret_name(name: str) -> bool:
    """Tell whether what goes by this name is a secret: by its last words, so that ``--token-file`` is not.

    >>> [is_secret_name(name) for name in ("--hf-token", "WANDB_API_KEY", "dbPassword", "--max-tokens", "--pad-token")]
    [True, True, True, False, False]
    """
    words = [word.lower() for word in re.findall(_WORDS, name)]
    if not words:
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last == "token":
        return before not in _WORD_TOKENS
    if last in ("key", "keys"):
        return before in _SECRET_KEYS
    return last in _SECRET_ENDS


def redact_argv(argv: Sequence[str]) -> tuple[str, ...]:
    """Replace the secrets in a command line, word by word.

    >>> redact_argv(["train.py", "--lr", "0.1", "--token", "abc", "--url=https://me:pw@host/x"])
    ('train.py', '--lr', '0.1', '--token', '***', '--url=https://***@host/x')
    """
    program = argv[0].rpartition("/")[2] if argv else ""
    redacted: list[str] = []
    for at, word in enumerate(argv):
        before = argv[at - 1] if at else ""
        redacted.append(_redacted_word(program, before, word))
    return tuple(redacted)


def redact_text(text: str) -> str:
    """Replace the secrets in free text: a URL, a header, a line of shell, a JSON object.

    >>> redact_text('curl -H "Authorization: Bearer abcdefgh" https://u:p@host/?api_key=1234&n=5')
    'curl -H "Authorization: ***" https://***@host/?api_key=***&n=5'
    """
    lower = text.lower()
    if any(hint in text for hint in _FORM_HINTS):
        text = re.sub(_FORMS, REDACTED, text)
    if "://" in text and "@" in text:
        text = re.sub(_USERINFO, _without_userinfo, text)
    if "authorization" in lower or "cookie" in lower:
        text = re.sub(_HEADER, lambda match: (match[1] or match[2]) + REDACTED, text)
    if "bearer" in lower:
        text = re.sub(_BEARER, rf"\1{REDACTED}", text)
    if "=" in text or ":" in text:
        text = re.sub(_NAMED, _without_value, text)
    return re.sub(_FLAGGED, _without_value, text) if " " in text and "-" in text else text


def redact_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Replace the secrets in environment variables.

    >>> redact_variables({"HF_TOKEN": "abc", "OMP_NUM_THREADS": "4"})
    {'HF_TOKEN': '***', 'OMP_NUM_THREADS': '4'}
    """
    return {name: _value(name, value) for name, value in variables.items()}


def _redacted_word(program: str, before: str, word: str) -> str:
    if _is_option(before) and "=" not in before and is_secret_name(before) and not _is_option(word):
        return word if word.lower() in _NO_SECRETS else REDACTED
    glue = _GLUED.get(program)
    if glue and word.startswith(glue) and not word.startswith("--") and len(word) > len(glue):
        return glue + REDACTED
    if glue and before == glue and program in ("sshpass", "redis-cli"):
        return REDACTED
    if before in _LOGINS.get(program, ()) and ":" in word:
        return f"{word.partition(':')[0]}:{REDACTED}"
    name, equals, value = word.partition("=")
    if equals and not any(mark in name for mark in " \"'?&:{"):
        return name + equals + _value(name, value)
    return redact_text(word)


def _is_option(word: str) -> bool:
    return word[:1] == "-" and word.lstrip("-")[:1].isalpha()


def _value(name: str, value: str) -> str:
    if is_secret_name(name) and value.lower() not in _NO_SECRETS:
        return REDACTED
    return redact_text(value)


def _without_userinfo(match: re.Match[str]) -> str:
    """Keep a plain user name such as ``git`` of ssh: it says who, not by which secret."""
    plain = match[2].isalpha() and match[2].islower() and len(match[2]) <= 8
    return match[0] if plain else f"{match[1]}{REDACTED}@"


def _without_value(match: re.Match[str]) -> str:
    pattern = _FLAGGED if match[2].isspace() else _NAMED
    value = match[3].strip("\"'")
    if not is_secret_name(match[1]) or value.lower() in _NO_SECRETS or _is_option(value):
        return match[1] + match[2] + re.sub(pattern, _without_value, match[3])
    quote = match[3][0] if match[3][0] in "\"'" else ""
    return f"{match[1]}{match[2]}{quote}{REDACTED}{quote}"
