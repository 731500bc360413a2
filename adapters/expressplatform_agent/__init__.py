"""`Agent`: what runs at a trader's side, where its client and its shops' connectors meet.

Laws of this package: it imports no adapter. A client and connectors are handed in by their shape, and stay their
owner's. It sends three kinds of step: Obtain, evidence of a payment, and the word on a payment that this evidence
supports; everything else is a line for a person.
"""

from expressplatform_agent.base import USUAL, Terms
from expressplatform_agent.desk import AsyncDesk, Desk
from expressplatform_agent.faces import Agent, AsyncAgent
from expressplatform_agent.values import About, Line, Round, Standing

__all__ = [
    "USUAL",
    "About",
    "Agent",
    "AsyncAgent",
    "AsyncDesk",
    "Desk",
    "Line",
    "Round",
    "Standing",
    "Terms",
]
