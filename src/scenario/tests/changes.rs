//! `--set`, `--with` and variants: what they change, and what they cannot.

use super::*;

#[test]
fn overrides_change_what_they_name() {
    let acks = |set: &[&str]| ok(BASE, set).world().producers().next().expect("one").1.config.acks;
    assert_eq!(acks(&["producers.checkout.config.acks=1"]), Acks::One);
    assert_eq!(acks(&["producers.*.config.acks=0"]), Acks::Zero);
    assert_eq!(acks(&["producers.checkout.config={acks: 1}"]), Acks::One);
    let world = ok(
        BASE,
        &[
            "cluster.config.min.insync.replicas=2",
            "topics.orders.replication.factor=2",
            "topics.orders.unclean.leader.election.enable=true",
        ],
    )
    .world()
    .clone();
    assert_eq!(world.brokers[0].min_insync_replicas, 2);
    assert_eq!(world.topics[0].replication_factor, 2);
    assert_eq!(
        (world.topics[0].config.min_insync_replicas, world.topics[0].config.unclean_leader_election_enable),
        (2, true)
    );
    let scenario = ok(
        BASE,
        &[
            "seed=9",
            "faults.0.at=20s",
            "faults.0.crash.restart.after=1s",
            "groups.billing.members=5",
            "network.latency.p50=1ms",
            "network.latency.p99=2ms",
        ],
    );
    assert_eq!((scenario.seed, scenario.world().consumers().count()), (9, 5));
    assert_eq!(scenario.world().faults[0].trigger, Trigger::At(Nanos::from_secs(20)));
    assert_eq!(
        ok(BASE, &["producers.checkout.rate.poisson=5/s"]).world().sources().next().expect("one").1.arrivals.clone(),
        Arrivals::Poisson { records: 5, per: Nanos::from_secs(1) }
    );
    assert_eq!(ok(BASE, &["groups.billing.topics.0=orders", "expect=null"]).expect, []);
}

#[test]
fn overrides_that_fit_nothing() {
    let sets = [
        "seed",
        "producers.chekout.config.acks=1",
        "producers.checkout.config.ackss=1",
        "faults.3.at=1s",
        "duration.x=1",
        "seed=[",
        "=5",
        "cluster.broker=5",
        "topics.orders.partitions=many",
        "producers.checkout.rate=",
        "tags.*=x",
    ];
    let list = findings(BASE, &sets);
    assert!(list.iter().all(|d| d.place.as_ref().is_some_and(|place| place.file == "--set")));
    assert!(list.iter().any(|d| d.code == codes::BAD_OVERRIDE));
    snapshot!("ks010_overrides", render_all(&list, false));
}

/// A scenario with two variants.
fn varied() -> String {
    BASE.to_owned()
        + "variants:
  acks1:
    summary: One answer.
    teaches: Not safe.
    set: { producers.*.config.acks: 1, 'groups.billing.members': 2, faults.0.at: 20s }
    expect:
      - acked-all-durable: not promised
  longer: { set: { duration: 90s } }
"
}

fn variant(text: &str, name: &str, set: &[&str]) -> Result<(Scenario, Vec<Diagnostic>), Vec<Diagnostic>> {
    let overrides: Vec<Override> = set.iter().map(|text| Override::new(*text)).collect();
    parse_variant(&ScenarioText::new("scenarios/base.yaml", text), Some(name), &overrides)
}

#[test]
fn a_variant_sets_values_and_brings_its_own_words_and_expectations() {
    let plain = ok(&varied(), &[]);
    assert_eq!((plain.variant.as_deref(), plain.world().consumers().count()), (None, 3));
    let names: Vec<&str> = plain.variants.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(names, ["acks1", "longer"]);
    assert_eq!(plain.variants[1].sets, ["duration=90s"]);

    let (acks1, _) = variant(&varied(), "acks1", &[]).expect("valid");
    assert_eq!((acks1.summary.as_str(), acks1.teaches.as_str()), ("One answer.", "Not safe."));
    assert_eq!(acks1.variant.as_deref(), Some("acks1"));
    assert_eq!(acks1.world().consumers().count(), 2);
    assert_eq!(acks1.world().producers().next().expect("one").1.config.acks, Acks::One);
    assert_eq!(acks1.world().faults[0].trigger, Trigger::At(Nanos::from_secs(20)));
    assert_eq!(
        acks1.expect,
        [Expectation::Invariant { id: "acked-all-durable", outcome: ExpectedOutcome::NotPromised }]
    );

    // What it does not say it has from the scenario.
    let (longer, _) = variant(&varied(), "longer", &[]).expect("valid");
    assert_eq!((longer.duration(), &longer.expect), (Nanos::from_secs(90), &plain.expect));
}

#[test]
fn what_the_user_sets_comes_after_the_variant() {
    let (changed, _) = variant(&varied(), "longer", &["duration=70s"]).expect("valid");
    assert_eq!(changed.duration(), Nanos::from_secs(70));
    assert_eq!(changed.changes, [Override::new("duration=70s")]);
}

#[test]
fn mistakes_in_a_variant_are_shown_where_they_stand() {
    let text = |findings: Vec<Diagnostic>| render_all(&findings, false);
    let mut shown = text(variant(&varied(), "ack1", &[]).expect_err("unknown"));
    shown += &text(variant(BASE, "cure", &[]).expect_err("none"));
    let broken = varied().replace("producers.*.config.acks: 1", "producers.*.config.ackss: 1");
    shown += &text(variant(&broken, "acks1", &[]).expect_err("no such config"));
    let lost = varied().replace("'groups.billing.members': 2", "'groups.biling.members': 2");
    shown += &text(variant(&lost, "acks1", &[]).expect_err("no such group"));
    // Whoever lints the scenario hears of its variants as well; whoever runs it does not.
    assert!(parsed(&broken, &[]).is_ok());
    shown += &text(lint(&ScenarioText::new("scenarios/base.yaml", broken), &[]));
    shown += &text(findings(&varied().replace("set: { duration: 90s }", "set: {}, exspect: []"), &[]));
    snapshot!("mistakes_in_a_variant", shown);
}

#[test]
fn a_whole_entry_can_be_added() {
    let scenario = ok(BASE, &["groups.audit={topics: [orders]}"]);
    assert_eq!(scenario.world().catalog.groups, ["billing", "audit"]);
    // A part of an entry that is not there is a slip.
    snapshot!(
        "a_slip_is_no_new_entry",
        render_all(&findings(BASE, &["groups.biling.members=2", "producers.chekout.config={}"]), false)
    );
}

#[test]
fn a_fault_can_be_added() {
    let with =
        |text: &str, fault: &str| parse(&ScenarioText::new("scenarios/base.yaml", text), &[Override::fault(fault)]);
    let (scenario, _) = with(BASE, "at: 5s, crash: { broker: broker 1 }").expect("valid");
    let triggers: Vec<Trigger> = scenario.world().faults.iter().map(|f| f.trigger.clone()).collect();
    assert_eq!(triggers, [Trigger::At(Nanos::from_secs(12)), Trigger::At(Nanos::from_secs(5))]);
    let calm = fault("").replace("faults:\n", "");
    assert_eq!(with(&calm, "{ at: 5s, crash: { broker: broker 1 } }").expect("valid").0.world().faults.len(), 1);
    snapshot!(
        "a_bad_fault_on_the_command_line",
        render_all(&with(BASE, "at: 5s, crush: { broker: broker 1 }").expect_err("no such action"), false)
    );
}
