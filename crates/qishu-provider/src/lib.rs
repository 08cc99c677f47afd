//! Services outside our walls: text messages, mail, official data of people and companies, and reading of cards.
//!
//! A [`Messenger`] sends a [`Message`] through the sender of its channel. Senders are a [`Simulator`], which keeps what
//! it is given in memory so that everything can be tried without a third party, and real ones: [`WebhookSms`] (a
//! signed request to the operator's gateway), [`TencentSms`] and [`SmtpMail`]. Data of people are compared by the simulator or
//! [`TencentIdentity`]. The crate sends what it is told and answers what came of
//! it; it does not decide who gets a message, how often, or when to try again.

mod breaker;
mod error;
mod identity;
mod message;
mod messenger;
mod ocr;
mod simulator;
mod smtp;
mod tencent;
mod webhook;

pub use error::SendError;
pub use identity::{
    Asking, BankTransfer, Checking, CompanyCheck, CompanyClaim, FaceCheck, FaceClaim, FaceResult, FaceStart,
    IdentityResult, IdentityServices, IdentitySimulator, PersonCheck, PersonClaim, SIMULATOR_NAME,
    TransferClaim, TransferReceipt,
};
pub use message::{Channel, Message, MessageKind, Receipt};
pub use messenger::{MessageSender, Messenger, Sending};
pub use ocr::{BankCard, CardSide, IdentityCard, Ocr, OcrError, OcrSimulator, Reading};
pub use simulator::{SimulatedMessage, Simulator};
pub use smtp::{SmtpMail, SmtpProtection, SmtpSettings};
pub use tencent::{
    TencentAction, TencentClient, TencentIdentity, TencentOcr, TencentSettings, TencentSms,
    TencentSmsSettings,
};
pub use webhook::{WebhookSettings, WebhookSms, webhook_signature};
