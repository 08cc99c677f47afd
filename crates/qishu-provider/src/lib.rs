//! Services outside our walls: SMS today; one trait each, a simulator and real adapters
