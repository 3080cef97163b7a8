//! The targets hold for their seeds, for what is made of these by altering a few bytes, and for the inputs that are kept: that much is
//! tested without a fuzzer.

use meituan_protocol_fuzz::{TARGETS, Target, vectors};

/// Inputs for each target but two: a search for the string that was signed takes long, and so does a story of many events.
const INPUTS: usize = 2_000;
const FEWER: [(&str, usize); 2] = [("ba", 100), ("ticket_order", 300)];

/// Xorshift: the same numbers for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }

    /// A byte that means something, or any.
    fn byte(&mut self) -> u8 {
        let telling = b"\"\\{}[],:0123456789.-+eEtfn \x00\x01\xff";
        if self.below(2) == 0 { telling[self.below(telling.len())] } else { self.below(256) as u8 }
    }

    fn alter(&mut self, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let (at, end) = (self.below(input.len()), self.below(input.len()));
        match self.below(6) {
            0 if !input.is_empty() => input[at] = self.byte(),
            1 => input.insert(at, self.byte()),
            2 if !input.is_empty() => drop(input.remove(at)),
            3 => input.truncate(at),
            4 => {
                let piece = input[at.min(end)..at.max(end)].to_vec();
                input.splice(at..at, piece);
            }
            _ => {
                let other = &seeds[self.below(seeds.len())];
                let from = self.below(other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
        }
    }
}

fn holds(target: &Target) {
    let seeds = (target.seeds)(&vectors());
    assert!(seeds.len() >= 9, "{} has {} seeds", target.name, seeds.len());
    seeds.iter().for_each(|seed| (target.run)(seed));
    let kept = target.kept();
    assert!(!kept.is_empty(), "{} has no inputs that are kept", target.name);
    for (name, input) in &kept {
        println!("fuzz/kept/{}/{name}", target.name);
        (target.run)(input);
    }
    let seeds: Vec<Vec<u8>> = seeds.into_iter().chain(kept.into_iter().map(|(_, input)| input)).collect();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let fewer = FEWER.iter().find(|(name, _)| *name == target.name);
    for _ in 0..fewer.map_or(INPUTS, |(_, inputs)| *inputs) {
        let mut input = seeds[random.below(seeds.len())].clone();
        for _ in 0..1 + random.below(4) {
            random.alter(&mut input, &seeds);
        }
        (target.run)(&input);
    }
    for input in [&[][..], &[0], &[1; 64], &[0xff; 300]] {
        (target.run)(input);
    }
}

macro_rules! tests {
    ($($test:ident $name:literal)*) => {
        $(
            #[test]
            fn $test() {
                holds(TARGETS.iter().find(|target| target.name == $name).unwrap());
            }
        )*

        #[test]
        fn every_target_is_tested_here() {
            let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(names, [$($name),*]);
        }
    };
}

tests! {
    altered_messages_are_refused_or_survive_every_notation "message"
    altered_calls_are_taken_only_with_a_signature "ticket_call"
    altered_stories_of_an_order_lose_nothing "ticket_order"
    altered_evidence_is_never_called_right "ba"
    altered_contents_open_to_what_was_sealed_or_not_at_all "envelope"
    altered_recordings_are_judged_and_redacted "trace"
    altered_replies_say_the_same_in_every_form "ride_reply"
    altered_pushes_are_the_same_in_every_form "ride_push"
    altered_facts_of_a_ride_end_in_one_order "ride_order"
}
