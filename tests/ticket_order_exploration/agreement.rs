//! Machine and judge agree.

use crate::explorer::{Explorer, Tally};
use crate::scenes::Scene;
use crate::snapshot::DONE;
use crate::world::{Node, Step};
use meituan_protocol::ticket::order::{State, TABLE, Trigger};

// The explorations.

/// How many levels deeper than usual.
fn deeper() -> u32 {
    std::env::var("EXPLORATION_DEPTH").ok().and_then(|depth| depth.parse().ok()).unwrap_or_default()
}

const FROM_NOTHING: usize = 4;
const AFTER_ISSUING: usize = 3;
const WALKS: usize = 150;
const WALK: usize = 60;
const SEEDS: [u64; 2] = [1, 0x9e37_79b9_7f4a_7c15];

fn agree(scene: Scene) {
    let name = scene.name;
    let begun = std::time::Instant::now();
    let mut explorer = Explorer::new(scene);
    let depth = deeper() as usize;
    explorer.explore(Node::nothing(), FROM_NOTHING + depth);
    let mut issued = Node::nothing();
    let by_hand = explorer.scene.events.iter().filter(|event| matches!(event.name, "orderCreate" | "orderPay"));
    for call in by_hand.cloned().collect::<Vec<_>>() {
        issued = explorer.go(&issued, &Step::Event(call.clone()));
        let end = explorer.end(&format!("{}:7", call.name), DONE);
        issued = explorer.go(&issued, &Step::Event(end));
    }
    explorer.explore(issued, AFTER_ISSUING + depth);
    for seed in SEEDS {
        explorer.wander(seed, WALKS << (4 * depth), WALK);
    }
    let Tally { states, transitions, traces, exchanges, warned, failures } = explorer.tally;
    println!(
        "{name}: {states} states, {transitions} transitions, {traces} traces of {exchanges} exchanges judged, depth {} from \
         nothing and {} after issuing, {} walks of {WALK} steps from seeds {SEEDS:?}, {:.1?}; warned: {warned:?}",
        FROM_NOTHING + depth,
        AFTER_ISSUING + depth,
        SEEDS.len() * (WALKS << (4 * depth)),
        begun.elapsed(),
    );
    assert!(states > 1000 && traces > 1000);
    let told: String = failures.iter().map(|(what, one)| format!("\n{} times: {what}\n{}\n", one.times, one.told)).collect();
    assert!(failures.is_empty(), "{name}: {} kinds of failure{told}", failures.len());
}

#[test]
fn machine_and_judge_agree_on_an_order_of_two_codes() {
    agree(Scene::code_per_ticket("2 codes", &["K1", "K2"]));
}

#[test]
fn machine_and_judge_agree_on_an_order_of_three_codes() {
    agree(Scene::code_per_ticket("3 codes", &["K1", "K2", "K3"]));
}

#[test]
fn machine_and_judge_agree_on_an_order_of_one_code_for_two() {
    agree(Scene::code_per_order());
}

#[test]
fn machine_and_judge_agree_on_real_names_with_codes() {
    agree(Scene::real_names("real names with codes", true));
}

#[test]
fn machine_and_judge_agree_on_real_names_without_codes() {
    agree(Scene::real_names("real names without codes", false));
}

#[test]
fn every_state_has_one_row_for_every_trigger() {
    for &state in State::ALL {
        for &trigger in Trigger::ALL {
            let rows = TABLE.iter().filter(|row| row.on() == trigger && row.from().any(|from| from == state)).count();
            assert_eq!(rows, 1, "{state:?} {trigger:?}");
        }
    }
}
