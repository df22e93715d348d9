"""Tables. Importing this package registers them all on `Base.metadata`."""

from tgfair.models.account import AuthSession, CodePurpose, OneTimeCode, Role, RoleGrant, User
from tgfair.models.application import (
    Application,
    ApplicationEvent,
    ApplicationPerson,
    ApplicationProduct,
    Fix,
)
from tgfair.models.assignment import (
    AllocationRun,
    Assignment,
    AssignmentSource,
    AssignmentState,
    BoothShare,
    Publication,
    PublicationRow,
    RunState,
)
from tgfair.models.attachment import Attachment
from tgfair.models.audit import AuditEntry
from tgfair.models.badge import Badge, BadgeState, SigningKey
from tgfair.models.base import Base
from tgfair.models.board_filter import BoardFilter
from tgfair.models.booth import Booth, PlanDraft, PlanVersion
from tgfair.models.bulletin import (
    AnswerState,
    Area,
    Bulletin,
    BulletinAnswer,
    BulletinKind,
    BulletinState,
    BulletinSubscription,
)
from tgfair.models.consent import Consent
from tgfair.models.draw import (
    ChangeState,
    Draw,
    DrawChange,
    DrawEntry,
    DrawMode,
    DrawNote,
    DrawObjection,
    DrawState,
)
from tgfair.models.exhibitor import (
    ContactSource,
    Exhibitor,
    ExhibitorKind,
    MemberRole,
    Membership,
    MergeProposal,
)
from tgfair.models.fair import (
    BoothGiving,
    DateChangeKind,
    Fair,
    FairDateChange,
    FairKind,
    FairStatus,
    IntakeMode,
    Zone,
)
from tgfair.models.gate import (
    FairGates,
    Gate,
    GateDevice,
    Inspection,
    InspectionStatus,
    PairingCode,
    Scan,
)
from tgfair.models.idempotency import IdempotencyKey
from tgfair.models.invitation import Invitation, Rsvp
from tgfair.models.job import Job, JobState
from tgfair.models.notice import Notice, NoticeOutcome, NoticeRun
from tgfair.models.outbox import Channel, Lane, Message, MessageState
from tgfair.models.product import Certificate, Product
from tgfair.models.register_import import ImportState, RegisterImport
from tgfair.models.setting import Setting
from tgfair.models.slot import Slot, SlotBooking, SlotKind, SlotWaiting, VehicleSize
from tgfair.models.waitlist import (
    Offer,
    OfferState,
    WaitlistEntry,
    WaitlistJump,
    WaitSource,
    WaitState,
)

__all__ = [
    "AllocationRun",
    "AnswerState",
    "Application",
    "ApplicationEvent",
    "ApplicationPerson",
    "ApplicationProduct",
    "Area",
    "Assignment",
    "AssignmentSource",
    "AssignmentState",
    "Attachment",
    "AuditEntry",
    "AuthSession",
    "Badge",
    "BadgeState",
    "Base",
    "BoardFilter",
    "Booth",
    "BoothGiving",
    "BoothShare",
    "Bulletin",
    "BulletinAnswer",
    "BulletinKind",
    "BulletinState",
    "BulletinSubscription",
    "Certificate",
    "ChangeState",
    "Channel",
    "CodePurpose",
    "Consent",
    "ContactSource",
    "DateChangeKind",
    "Draw",
    "DrawChange",
    "DrawEntry",
    "DrawMode",
    "DrawNote",
    "DrawObjection",
    "DrawState",
    "Exhibitor",
    "ExhibitorKind",
    "Fair",
    "FairDateChange",
    "FairGates",
    "FairKind",
    "FairStatus",
    "Fix",
    "Gate",
    "GateDevice",
    "IdempotencyKey",
    "ImportState",
    "Inspection",
    "InspectionStatus",
    "IntakeMode",
    "Invitation",
    "Job",
    "JobState",
    "Lane",
    "MemberRole",
    "Membership",
    "MergeProposal",
    "Message",
    "MessageState",
    "Notice",
    "NoticeOutcome",
    "NoticeRun",
    "Offer",
    "OfferState",
    "OneTimeCode",
    "PairingCode",
    "PlanDraft",
    "PlanVersion",
    "Product",
    "Publication",
    "PublicationRow",
    "RegisterImport",
    "Role",
    "RoleGrant",
    "Rsvp",
    "RunState",
    "Scan",
    "Setting",
    "SigningKey",
    "Slot",
    "SlotBooking",
    "SlotKind",
    "SlotWaiting",
    "User",
    "VehicleSize",
    "WaitSource",
    "WaitState",
    "WaitlistEntry",
    "WaitlistJump",
    "Zone",
]
