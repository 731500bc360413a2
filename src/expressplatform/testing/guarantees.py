"""What is guaranteed, numbered: the contracts of the ports, which every check of the kit cites.

Laws of this file: a number never changes its meaning; a guarantee that is given up keeps its number, and none takes it.
The page `store-guarantees` of the reference shows the same sentences, and tests hold sentences, page and checks to each
other.
"""

from __future__ import annotations

import unittest
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

CONTRACT_VERSION: Final = "1.12"
"""The edition of the contracts. The second number grows when a check is added, the first when a guarantee changes."""

GUARANTEES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # Rows
        "S1": "Header and events come back as they were given: every byte and character, of any length.",
        "S2": "The events of a case come back all of them, in the order of their versions, without a gap.",
        "S3": "An instant comes back as the same instant, in UTC, to the microsecond; where there is none, none.",
        "S4": "The header is the one of the last step, whole, and the events beside it are those that led to it.",
        # Commits
        "S5": "A commit is one step: header, events, effects, receipt and tokens are there together or not at all.",
        "S6": "A commit on another version than the one that stands conflicts, is told which, and changes nothing.",
        "S7": "Commits of one call are answered one by one in their order; none undoes its neighbours.",
        "S8": "Commits of one call see each other.",
        "S9": "However writers meet, each version has one winner and the others are told: nothing is lost or forked.",
        "S10": "A call that fails half way leaves each of its commits whole or absent, and the store usable.",
        "S11": "A key that is known is replayed with the receipt that stands, before versions are compared.",
        "S12": "A receipt stands for ever, and its key belongs to its case.",
        # Questions
        "S13": "What has been acknowledged is seen by every question asked afterwards.",
        "S14": "A case that is not an organisation's to see does not exist for it, whatever it asks.",
        "S15": "Council, trader and former traders of the header as it stands see the case, and so does EVERYONE.",
        "S16": "Lists and scans are in the order of the case ids' code points, each case once, at most the limit.",
        "S17": "From cursor to cursor nothing that stays in a list is skipped or repeated, whatever happens meanwhile.",
        "S18": "Every filter narrows a list, exactly and before the limit; due_before and owed_before mean before.",
        "S19": "A scan gives whole cases, from after a case id on.",
        "S20": "Due is what stands at now or before, the earliest first, at most the limit, and nothing else.",
        "S21": "A token finds every case that carries it and that the organisation sees: each once, in order.",
        "S22": "drop_tokens takes all tokens of its case, of no other case, and none that the commit brings.",
        "S23": "A quarter is listed while a token of it stands, and no longer.",
        # Work
        "S24": "An effect may be claimed from its header's changed_at on, not before, and comes as it was given.",
        "S25": "What is claimed is nobody else's until the lease is over; from that very instant it may be claimed.",
        "S26": "Those who claim at once share the work out between them.",
        "S27": "What became ready first is claimed first, at most the limit.",
        "S28": "What is done does not come back; only what is named is done; saying it again is harmless.",
        "S29": "Work that failed may be claimed from the instant named on, and from no other; done stays done.",
        # The store
        "S30": "A store belongs to one scheme, whose editions follow each other; another one is refused.",
        "S31": "`now` is the argument and never a clock; an instant is the same one in whatever zone it is written.",
        "S32": "After close every call raises StoreUnusable with the code closed; closing again is harmless.",
        "S33": "Threads may share a store, and the tasks of an event loop an awaited one.",
        "S34": "What has been acknowledged outlives the store object that wrote it.",
        "S35": "Two connections to the same rows are one store.",
        "S36": "No personal value is in the bytes that are kept.",
        "S37": "Whatever is asked in whatever order, the answers are those of the reference store.",
        "S38": "A call that is cancelled is done whole or not at all, and leaves the store usable.",
        # Attempts and dead letters
        "S39": "Each claim counts as an attempt and hands out the count, itself included; a retry sets it anew.",
        "S40": "A dead letter is claimed no more until it is retried, and is none any more once it is retried or done.",
        "S41": "Dead letters are listed as they were buried, to whoever sees their case, by id and after one.",
        # Places and feeds
        "S42": "Places run from 0 on without a gap; a row has one, no two rows have the same, and none ever changes.",
        "S43": "Every committed row is placed, none is skipped, and a case's rows stand in the order of versions.",
        "S44": "Rows are placed all of a call or none: only those that wait, and only where the ledger ends.",
        "S45": "A placed row comes back as it was stored, with the hash that it was placed with.",
        "S46": "A trader's feed holds, in order, each row placed while the header named it, and of no other trader's.",
        "S47": "Whom a header names no longer is told so once; a row's header is the one that stands, if it is shown.",
        # What goes in and what comes out
        "S48": "A page that is not the last is full and has a cursor; the last one has none.",
        "S49": "Any sequence may be handed in, and is left as it was; one that is handed out is the caller's own.",
        "S50": "A commit that cannot be kept is refused whole, and no error quotes what was handed in.",
        "S51": "An instant that does not know its zone is a TypeError, whatever it is handed to, and changes nothing.",
        "S52": "A commit of several cases, or with a receipt of another step, is a ValueError; its call keeps nothing.",
        "S53": "A text with U+0000 or half of a surrogate pair is a ValueError, wherever it stands; nothing changes.",
        "S54": "A commit whose events do not lead, one by one, from expected to its header's version is a ValueError.",
        "S55": "An effect of a step that is not its commit's, or that is there twice, is a ValueError.",
        # Key stores
        "K1": "Each case has one key of 32 bytes, unlike any other, and keeps it.",
        "K2": "A batch with a destroyed case makes no key at all and names the case.",
        "K3": "A key that was destroyed is gone for ever and never made again; destroying again is harmless.",
        "K4": "A case without a key is told from one whose key was destroyed; both errors name the case.",
        "K5": "A named secret is made once; after it was forgotten, the next of that name is another one.",
        "K6": "Cases and secrets of the same name are strangers.",
        "K7": "Threads and connections that ask at once get the same key and the same secret.",
        "K8": "After close every call raises StoreUnusable with the code closed; closing again is harmless.",
        "K9": "Keys, secrets, destruction and forgetting outlive the object that heard of them.",
        "K10": "The bytes of a destroyed key and of a forgotten secret are no longer in what is kept.",
        "K11": "Nothing prints a key.",
        "K12": "Names are told apart to the last character: by case, space, accent, sign and length.",
        "K13": "A call may name a thousand cases and more, and is done whole.",
        "K14": "destroyed names every case whose key was destroyed, once, and no other.",
        "K15": "Whatever is asked in whatever order, through whichever connection, keys live and die as they must.",
        "K16": "A name with U+0000 or half of a surrogate pair is a ValueError, and nothing of its call is done.",
        # Stores of evidence
        "E1": "Chunks come back as they were given: each byte, cut as they were, however many and however large.",
        "E2": "A file that is not there is EvidenceMissing, which names its case; an empty one is there.",
        "E3": "A list tells the size of all chunks, and the instant, in UTC, to the microsecond.",
        "E4": "Lists are in the order of case and name: each file once, all up to the limit; of a case only its own.",
        "E5": "From cursor to cursor no file that stays is skipped or repeated, whatever happens meanwhile.",
        "E6": "The same name takes the place of the first: content, size and instant.",
        "E7": "A file is there whole or not at all; what its chunks raise comes out, and what stood there stands.",
        "E8": "What has begun to be read is read to its end as it was.",
        "E9": "What is named is deleted, all of it, and nothing else; saying it again is harmless.",
        "E10": "Cases and names are told apart to the last character.",
        "E11": "What check_place refuses is InvalidInput, whatever is asked.",
        "E12": "Threads may share a store; however writers meet, what stands is one writer's file.",
        "E13": "Who reads half way or writes just now turns nobody away.",
        "E14": "After close every call raises StoreUnusable with the code closed; closing again is harmless.",
        "E15": "What has been acknowledged outlives the store object that wrote it, deletions too.",
        "E16": "Two connections to the same files are one store.",
        "E17": "What was deleted or replaced is not in the bytes that are kept.",
        "E18": "Whatever is asked in whatever order, the answers are those of the reference store.",
        "E19": "A call that is cancelled is done whole or not at all, and leaves the store usable.",
        "E20": "An instant that does not know its zone is a TypeError, and changes nothing.",
        "E21": "A cursor with U+0000 or half of a surrogate pair is a ValueError.",
        # Shelves
        "H1": "A record comes back as it was given: every byte and character, of any length, labels in their order.",
        "H2": "A record that follows the one that stands, and is its owner's, is kept; any other changes nothing.",
        "H3": "Records of one call are answered one by one in their order, see each other, and undo no neighbour.",
        "H4": "However writers meet, each version has one winner and the others are told.",
        "H5": "What is not an organisation's does not exist for it; EVERYONE sees all, and the empty name nothing.",
        "H6": "Kinds, ids, owners and labels are told apart to the last character.",
        "H7": "Lists are in the order of place and id, by code points, each record once, at most the limit.",
        "H8": "What is sought narrows a list exactly and before the limit: since is included, until is not.",
        "H9": "From cursor to cursor nothing that stays is skipped or repeated, whatever happens meanwhile.",
        "H10": "A record is found by label, place and year of the version that stands, and by no former one.",
        "H11": "A year is told, once, while a record of the kind names it, and no longer.",
        "H12": "What is named is deleted, all of it, and nothing else; it may begin again with version 1.",
        "H13": "After close every call raises StoreUnusable with the code closed; closing again is harmless.",
        "H14": "What has been acknowledged outlives the shelf object that kept it, deletions too.",
        "H15": "Two connections to the same records are one shelf.",
        "H16": "Threads may share a shelf.",
        "H17": "No clock takes a record away.",
        "H18": "Whatever is asked in whatever order, the answers are those of the reference shelf.",
        "H19": "The tasks of an event loop may share an awaited shelf; what is cancelled is done or not.",
        "H20": "A text with U+0000 or half of a surrogate pair is a ValueError; nothing of its call is kept.",
        # Messengers
        "M1": "A message to somebody who can be reached is sent, subject and text as they were given.",
        "M2": "Who cannot be reached is Unreachable, and nothing is sent.",
        "M3": "The same message may be sent again; both sendings carry the same id.",
        "M4": "What a message holds leads nowhere but to its reader: no line break in it makes a second address.",
        "M5": "No error and no repr holds an address or a word of the message.",
        "M6": "Threads may share a messenger.",
        "M7": "A failure on the way is raised, is not Unreachable, and the message can be sent afterwards.",
        "M8": "Nothing of a message is logged or printed.",
        "M9": "Tasks of a loop may share an awaited messenger; what is cancelled is sent whole or not at all.",
        "M10": "An awaited messenger lets the event loop go on while it sends.",
        # Gateways
        "G1": "An alert arrives as it was given: id, case, organisation, reference, and due date where there is one.",
        "G2": "The same alert may be sent again; the receiver hears the same id.",
        "G3": "A failure on the way is raised, and the alert can be sent afterwards.",
        "G4": "Threads may share a gateway.",
        "G5": "Alerts may come in any order, also of cases that were alerted before.",
        # Witnesses
        "W1": "A checkpoint arrives at the organisation that is named, to the byte, and at no other.",
        "W2": "The same checkpoint may be sent again; whoever receives it has one under its id.",
        "W3": "A later checkpoint leaves the earlier ones where they are.",
        "W4": "A failure on the way is raised, and the checkpoint can be sent afterwards.",
        "W5": "Threads may share a witness.",
        # Registers
        "R1": "An entry comes back whole: what was undone, in which case, for whom, and when, to the microsecond.",
        "R2": "Every entry that was noted is told, in the order in which they were noted; none is ever changed.",
        "R3": "To note an entry again is harmless; two that differ in anything are two.",
        "R4": "An instant without a zone is a TypeError, what is no id or code a ValueError; its call notes nothing.",
        "R5": "What has been noted outlives the register object that noted it.",
        "R6": "Two registers over the same entries are one.",
        "R7": "Threads may share a register.",
        "R8": "What was cut off half way costs nothing but itself, and is no other entry.",
        "R9": "Nothing that a register prints or raises names a case.",
        # Scans of documents
        "D1": "What is harmless is found clean, however it is cut into pieces.",
        "D2": "What is harmful is never found clean, whatever its type is said to be and however it is cut.",
        "D3": "What goes wrong on the way is raised and no answer, and the document can be scanned afterwards.",
        "D4": "Nothing of a document is logged, printed or raised.",
        "D5": "Threads may share a scan.",
        # Strips of documents
        "P1": "A copy is bytes, a whole document of the same kind: the same pages in order, showing what they showed.",
        "P2": "No author, title, time, place, device or program is left in a copy, packed or not, wherever it stood.",
        "P3": "Attachments, scripts, earlier editions, and what no page is drawn from are not in a copy.",
        "P4": "A document can be copied again, and so can a copy; each shows the same and tells as little.",
        "P5": "What is empty, locked or of another kind than is said is InvalidInput, with a path, a kind, a sentence.",
        "P6": "What is damaged or cut off is InvalidInput, or shows all it showed; a refusal spoils nothing after it.",
        "P7": "Nothing of a document is logged, printed, raised or left in a file.",
        "P8": "Threads may share a strip; each is given the copy of its own document.",
        "P9": "Whatever is handed in, the answer is a copy or InvalidInput, and soon, however endless a small one is.",
        # Connectors
        "C1": "A shop is connected by its owner's own answer to our link, once; a refusal connects nobody.",
        "C2": "A shop is shown as it stands: connected, ending within fourteen days, ended and then not asked for.",
        "C3": "A shop that was never connected is Disconnected, whatever is asked, and the platform is not asked.",
        "C4": "A shop that withdraws is Disconnected, shown so, and not asked for until its owner connects it again.",
        "C5": "Disconnecting forgets the shop's tokens; harmless when repeated.",
        "C6": "What one connector was given every other over the same shelf has.",
        "C7": "Tokens are renewed by one at a time; whoever asks at once is told how it stands.",
        "C8": "A purchase that agrees with the record is matched; what a claim does not say is untold.",
        "C9": "Each field that does not agree is named, and no other; amounts of two currencies are not compared.",
        "C10": "An order that is not this shop's is not found.",
        "C11": "A case stands in the note at its order once, however often it is handed over.",
        "C12": "What the seller's people wrote stays letter for letter; what does not fit is not written.",
        "C13": "A note holds the case's reference and a date, and nothing about anybody.",
        "C14": "A write whose answer was lost is read back: it stands there once.",
        "C15": "A write is not repeated without end.",
        "C16": "An order that is not there is a BusinessError, and nothing is written.",
        "C17": "Promised money is PAID where the record says that it went back, with the amount; before that UNKNOWN.",
        "C18": "A promise is contradicted by a record that says so, never by a bill that is open, closed or absent.",
        "C19": "A payment from before the promise does not count, nor one in another currency.",
        "C20": "No token, code or secret, and nothing of an order, is kept in clear, printed or raised.",
        "C21": "No token, code or secret is in an address about an order.",
        "C22": "A platform that asks for patience refuses nothing: no shop is disconnected by it.",
        "C23": "Every change is told once, as a suggestion, the earliest first.",
        "C24": "A page is no longer than its limit, and the next continues it.",
        "C25": "Rows that move between pages while they are read are neither lost nor told twice.",
        "C26": "The last state of a bill is told last.",
        "C27": "From the same cursor the same changes are told again, by whichever connector.",
        "C28": "A cursor of another shop, or of nobody, is refused, and the platform is not asked.",
        "C29": "What happened while nobody read is told afterwards, however long ago it was.",
        "C30": "A ban parks its shop for everybody until it is over, and no other shop.",
        "C31": "A ban in the middle of a list loses nothing.",
        "C32": "A read is repeated where a fault passes.",
        "C33": "What cannot be read is an answer and no exception.",
        "C34": "A wrong clock is set right by the platform's.",
        "C35": "Threads may share a connector.",
        "C36": "Whatever happens in whatever order, everything is told and noted once in the end.",
    }
)
"""Each guarantee by its number: S of case stores, K of key stores, E of stores of evidence, H of shelves, M of
messengers, G of gateways, W of witnesses, R of registers, D of scans and P of strips of documents, C of connectors."""

F = TypeVar("F", bound=Callable[..., Any])


def proves(*numbers: str) -> Callable[[F], F]:
    """Marks a check with the numbers of the guarantees that it holds; an unknown number is a KeyError."""
    for number in numbers:
        GUARANTEES[number]

    def marked(check: F) -> F:
        check.__dict__["guarantees"] = numbers
        return check

    return marked


def proved_by(check: object) -> tuple[str, ...]:
    """The numbers that a check cites; none for a check that cites none."""
    return tuple(getattr(check, "guarantees", ()))


class NotRun(unittest.SkipTest):
    """A check was not run, and why. pytest and unittest report it as skipped, the kit's own runner as not run."""
