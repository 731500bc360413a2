"""The sandbox: the real server on this machine, with a council, complainants and a clock that somebody pushes.

Laws of this package: it listens on loopback alone, and everybody in it is made up. Nothing of the platform is imitated:
requests are signed, checked and limited, cases move by the rules of the scheme. What is scripted is what is outside:
time, the council, the complainant, answers that get lost. It knows no store and makes no complaint: whoever starts it
brings both.
"""

from expressplatform_http.sandbox.acceptance import Box, Outcome, Result, Scene, Seen, certify, scenes
from expressplatform_http.sandbox.clock import PushedClock
from expressplatform_http.sandbox.holding import HeldGateways
from expressplatform_http.sandbox.serving import Served, WallSigned, sandbox_app
from expressplatform_http.sandbox.world import NothingFound, World

__all__ = [
    "Box",
    "HeldGateways",
    "NothingFound",
    "Outcome",
    "PushedClock",
    "Result",
    "Scene",
    "Seen",
    "Served",
    "WallSigned",
    "World",
    "certify",
    "sandbox_app",
    "scenes",
]
