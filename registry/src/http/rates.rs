//! A token bucket for each address, in bounded memory.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use crate::config::Rate;

/// Addresses that are remembered; past that the full buckets are forgotten.
const REMEMBERED: usize = 16_384;

/// The buckets of one kind of request.
#[derive(Debug)]
pub(crate) struct Buckets {
    rate: Rate,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Buckets {
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, buckets: Mutex::default() }
    }

    /// Whether a request of this address may pass now.
    pub(crate) fn take(&self, address: IpAddr, now: Instant) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < f64::from(self.rate.burst));
            // All of them in use: an attack from very many addresses, which no address pays for alone.
            if buckets.len() >= REMEMBERED {
                buckets.clear();
            }
        }
        let full = Bucket { tokens: f64::from(self.rate.burst), at: now };
        let bucket = buckets.entry(network(address)).or_insert(full);
        let tokens = self.filled(*bucket, now);
        let pass = tokens >= 1.0;
        *bucket = Bucket { tokens: if pass { tokens - 1.0 } else { tokens }, at: now };
        pass
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> f64 {
        let since = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.tokens + since * self.rate.per_second).min(f64::from(self.rate.burst))
    }
}

/// The address, or for IPv6 the network of 64 bits that one customer commonly has.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn one_address_does_not_use_up_the_share_of_another() {
        let buckets = Buckets::new(Rate { burst: 2, per_second: 1.0 });
        let (now, a, b) = (Instant::now(), IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        assert_eq!([buckets.take(a, now), buckets.take(a, now), buckets.take(a, now)], [true, true, false]);
        assert!(buckets.take(b, now));
        let later = now + Duration::from_secs(1);
        assert_eq!([buckets.take(a, later), buckets.take(a, later)], [true, false]);
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_a_bucket() {
        let buckets = Buckets::new(Rate { burst: 1, per_second: 0.0 });
        let now = Instant::now();
        assert!(buckets.take("2001:db8::1".parse().unwrap(), now));
        assert!(!buckets.take("2001:db8::2".parse().unwrap(), now));
        assert!(buckets.take("2001:db8:0:1::1".parse().unwrap(), now));
    }

    #[test]
    fn memory_stays_bounded() {
        let buckets = Buckets::new(Rate { burst: 1, per_second: 0.0 });
        let now = Instant::now();
        for n in 0..40_000_u32 {
            buckets.take(IpAddr::from(n.to_be_bytes()), now);
        }
        assert!(buckets.buckets.lock().unwrap().len() <= REMEMBERED);
    }
}
