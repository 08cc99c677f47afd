//! Status callbacks: body, encryption, signature, schedule, guarded delivery
