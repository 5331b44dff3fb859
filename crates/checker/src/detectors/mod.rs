//! Layer 4: the detectors. One file is one detector: its id, its manual, its check.
//!
//! To add one: write its file with the manual as the doc comment, its fixture in `tests/detectors`, and one line in [`ALL`].

mod ambiguous_inheritance;
mod approve_race;
mod arbitrary_call;
mod arbitrary_send;
mod arbitrary_send_erc20;
mod arbitrary_send_erc20_permit;
mod arbitrary_storage_write;
mod array_clear;
mod assembly_truncation;
mod assert_violation;
mod block_timestamp;
mod boolean_constant;
mod bounds;
mod bridge_gas_limit;
mod bridge_replay;
mod call_to_non_contract;
mod calls_loop;
mod centralized_control;
mod context;
mod contract_check_bypass;
mod controlled_array_length;
mod controlled_delegatecall;
mod dangerous_unary_operator;
mod dead_code;
mod delegatecall_loop;
mod deprecated;
mod deprecated_oz_function;
mod detector;
mod discarded;
mod divide_before_multiply;
mod ecrecover_zero_address;
mod edits;
mod empty_fallback;
mod encode_packed_collision;
mod enumerable_loop_removal;
mod erc4626_inflation;
mod event_fields;
mod fee_on_transfer;
mod flash_loan_governance;
mod floating_pragma;
mod free_memory_pointer;
mod function_selector_collision;
mod gas_price_limit;
mod hardcoded_address;
mod hardcoded_gas;
mod hardcoded_secret;
mod immediate_price_update;
mod incorrect_constructor_name;
mod incorrect_erc20_interface;
mod incorrect_erc721_interface;
mod incorrect_exp;
mod incorrect_modifier;
mod incorrect_shift;
mod incorrect_strict_equality;
mod locked_ether;
mod mapping_deletion;
mod missing_access_control;
mod missing_bridge_burn;
mod missing_deadline;
mod missing_disable_initializers;
mod missing_domain_separation;
mod missing_events_access_control;
mod missing_events_arithmetic;
mod missing_health_check;
mod missing_quorum;
mod missing_slippage;
mod missing_storage_gap;
mod missing_supply_cap;
mod missing_visibility;
mod missing_zero_check;
mod msg_value_loop;
mod no_emergency_stop;
mod non_reentrant_not_first;
mod numbers;
mod open_price_update;
mod oracle_min_max;
mod outdated_compiler;
mod packages;
mod pooled_ether;
mod pragma;
mod proxy_storage_collision;
mod push_payment;
mod read_only_reentrancy;
mod reentrancy;
mod reentrancy_balance;
mod reentrancy_events;
mod return_bomb;
mod roles;
mod rounding_round_trip;
mod rtlo;
mod shadowing_local;
mod shadowing_state;
mod shape;
mod shared_upgrade_key;
mod short_twap;
mod signature_malleability;
mod signature_replay;
mod signature_without_deadline;
mod silent_catch;
mod single_oracle;
mod single_step_ownership;
mod solmate_safe_transfer_lib;
mod spot_price;
mod stale_oracle;
mod standard;
mod swallowed_revert;
mod swaps;
mod tautology;
#[cfg(test)]
mod tests;
mod transaction_order;
mod transfer_gas_stipend;
mod tx_origin;
mod unauthenticated_message;
mod unbound_message;
mod unbounded_loop;
mod unchecked_address_bytes;
mod unchecked_arithmetic;
mod unchecked_call;
mod unchecked_decode;
mod unchecked_divisor;
mod unchecked_nonce;
mod unchecked_transfer;
mod unchecked_vrf_request;
mod unenforced_signature;
mod uninitialized_local;
mod uninitialized_state;
mod uninitialized_storage_pointer;
mod unlimited_requests;
mod unnamed_parameter;
mod unprotected_callback;
mod unprotected_initializer;
mod unprotected_selfdestruct;
mod unprotected_upgrade;
mod unrecorded_payout;
mod unsafe_create2;
mod unsafe_oz_erc721_mint;
mod unsafe_permit;
mod unsafe_typecast;
mod unused_return;
mod unused_state_variable;
mod unvalidated_price;
mod unverified_proof;
mod view;
mod weak_hash;
mod weak_randomness;
mod words;
mod write_after_write;

pub use crate::config::Settings;
pub use detector::{Detector, all, manual, manual_url, run};

/// Every detector, in the order of their names.
pub const ALL: &[&Detector] = &[
    &ambiguous_inheritance::DETECTOR,
    &approve_race::DETECTOR,
    &arbitrary_call::DETECTOR,
    &arbitrary_send::DETECTOR,
    &arbitrary_send_erc20::DETECTOR,
    &arbitrary_send_erc20_permit::DETECTOR,
    &arbitrary_storage_write::DETECTOR,
    &array_clear::DETECTOR,
    &assembly_truncation::DETECTOR,
    &assert_violation::DETECTOR,
    &block_timestamp::DETECTOR,
    &boolean_constant::DETECTOR,
    &bridge_gas_limit::DETECTOR,
    &bridge_replay::DETECTOR,
    &call_to_non_contract::DETECTOR,
    &calls_loop::DETECTOR,
    &centralized_control::DETECTOR,
    &contract_check_bypass::DETECTOR,
    &controlled_array_length::DETECTOR,
    &controlled_delegatecall::DETECTOR,
    &dangerous_unary_operator::DETECTOR,
    &dead_code::DETECTOR,
    &delegatecall_loop::DETECTOR,
    &deprecated::DETECTOR,
    &deprecated_oz_function::DETECTOR,
    &divide_before_multiply::DETECTOR,
    &ecrecover_zero_address::DETECTOR,
    &empty_fallback::DETECTOR,
    &encode_packed_collision::DETECTOR,
    &enumerable_loop_removal::DETECTOR,
    &erc4626_inflation::DETECTOR,
    &event_fields::DETECTOR,
    &fee_on_transfer::DETECTOR,
    &flash_loan_governance::DETECTOR,
    &floating_pragma::DETECTOR,
    &free_memory_pointer::DETECTOR,
    &function_selector_collision::DETECTOR,
    &gas_price_limit::DETECTOR,
    &hardcoded_address::DETECTOR,
    &hardcoded_gas::DETECTOR,
    &hardcoded_secret::DETECTOR,
    &immediate_price_update::DETECTOR,
    &incorrect_constructor_name::DETECTOR,
    &incorrect_erc20_interface::DETECTOR,
    &incorrect_erc721_interface::DETECTOR,
    &incorrect_exp::DETECTOR,
    &incorrect_modifier::DETECTOR,
    &incorrect_shift::DETECTOR,
    &incorrect_strict_equality::DETECTOR,
    &locked_ether::DETECTOR,
    &mapping_deletion::DETECTOR,
    &missing_access_control::DETECTOR,
    &missing_bridge_burn::DETECTOR,
    &missing_deadline::DETECTOR,
    &missing_disable_initializers::DETECTOR,
    &missing_domain_separation::DETECTOR,
    &missing_events_access_control::DETECTOR,
    &missing_events_arithmetic::DETECTOR,
    &missing_health_check::DETECTOR,
    &missing_quorum::DETECTOR,
    &missing_slippage::DETECTOR,
    &missing_storage_gap::DETECTOR,
    &missing_supply_cap::DETECTOR,
    &missing_visibility::DETECTOR,
    &missing_zero_check::DETECTOR,
    &msg_value_loop::DETECTOR,
    &no_emergency_stop::DETECTOR,
    &non_reentrant_not_first::DETECTOR,
    &open_price_update::DETECTOR,
    &oracle_min_max::DETECTOR,
    &outdated_compiler::DETECTOR,
    &pooled_ether::DETECTOR,
    &proxy_storage_collision::DETECTOR,
    &push_payment::DETECTOR,
    &read_only_reentrancy::DETECTOR,
    &reentrancy::DETECTOR,
    &reentrancy_balance::DETECTOR,
    &reentrancy_events::DETECTOR,
    &return_bomb::DETECTOR,
    &rounding_round_trip::DETECTOR,
    &rtlo::DETECTOR,
    &shadowing_local::DETECTOR,
    &shadowing_state::DETECTOR,
    &shared_upgrade_key::DETECTOR,
    &short_twap::DETECTOR,
    &signature_malleability::DETECTOR,
    &signature_replay::DETECTOR,
    &signature_without_deadline::DETECTOR,
    &silent_catch::DETECTOR,
    &single_oracle::DETECTOR,
    &single_step_ownership::DETECTOR,
    &solmate_safe_transfer_lib::DETECTOR,
    &spot_price::DETECTOR,
    &stale_oracle::DETECTOR,
    &swallowed_revert::DETECTOR,
    &tautology::DETECTOR,
    &transaction_order::DETECTOR,
    &transfer_gas_stipend::DETECTOR,
    &tx_origin::DETECTOR,
    &unauthenticated_message::DETECTOR,
    &unbound_message::DETECTOR,
    &unbounded_loop::DETECTOR,
    &unchecked_address_bytes::DETECTOR,
    &unchecked_arithmetic::DETECTOR,
    &unchecked_call::DETECTOR,
    &unchecked_decode::DETECTOR,
    &unchecked_divisor::DETECTOR,
    &unchecked_nonce::DETECTOR,
    &unchecked_transfer::DETECTOR,
    &unchecked_vrf_request::DETECTOR,
    &unenforced_signature::DETECTOR,
    &uninitialized_local::DETECTOR,
    &uninitialized_state::DETECTOR,
    &uninitialized_storage_pointer::DETECTOR,
    &unlimited_requests::DETECTOR,
    &unnamed_parameter::DETECTOR,
    &unprotected_callback::DETECTOR,
    &unprotected_initializer::DETECTOR,
    &unprotected_selfdestruct::DETECTOR,
    &unprotected_upgrade::DETECTOR,
    &unrecorded_payout::DETECTOR,
    &unsafe_create2::DETECTOR,
    &unsafe_oz_erc721_mint::DETECTOR,
    &unsafe_permit::DETECTOR,
    &unsafe_typecast::DETECTOR,
    &unused_return::DETECTOR,
    &unused_state_variable::DETECTOR,
    &unvalidated_price::DETECTOR,
    &unverified_proof::DETECTOR,
    &weak_hash::DETECTOR,
    &weak_randomness::DETECTOR,
    &write_after_write::DETECTOR,
];
