//! The gateway's counters as Envoy's own. They are counted here and handed over with each tick, which costs a request
//! nothing.

use std::collections::BTreeMap;

use placet_core::time::Timestamp;
use placet_gateway::gateway::Gateway;
use proxy_wasm::{
    hostcalls::{define_metric, increment_metric, record_metric},
    types::MetricType,
};

/// What Envoy was told.
#[derive(Default)]
pub(crate) struct Statistics {
    counters: BTreeMap<String, (u32, u64)>,
    gauges: BTreeMap<String, u32>,
}

impl Statistics {
    /// Tells Envoy what has happened since it was told last. Threads add to the same counters.
    pub(crate) fn record(&mut self, gateway: &Gateway, now: Timestamp) {
        for counter in gateway.metrics().counters() {
            let name = counter.dotted();
            if !self.counters.contains_key(&name)
                && let Ok(id) = define_metric(MetricType::Counter, &name)
            {
                self.counters.insert(name.clone(), (id, 0));
            }
            if let Some((id, told)) = self.counters.get_mut(&name)
                && let Ok(more) = i64::try_from(counter.value.saturating_sub(*told))
                && more > 0
                && increment_metric(*id, more).is_ok()
            {
                *told = counter.value;
            }
        }
        for gauge in gateway.metrics().gauges(&gateway.gauges(now)) {
            let name = gauge.dotted();
            let id = match self.gauges.get(&name) {
                Some(id) => Ok(*id),
                None => define_metric(MetricType::Gauge, &name),
            };
            if let Ok(id) = id {
                // A gauge that Envoy does not take is one that nobody sees; nothing depends on it.
                let _ = record_metric(id, gauge.value);
                self.gauges.insert(name, id);
            }
        }
    }
}
