//! Addresses of storage accounts: which account one means, and what of it is the container.
//!
//! Source: Microsoft, "Storage account overview", "Storage account endpoints"; "Use the Azurite emulator", "IP-style URL".

use url::{Host, Url};

/// What follows an account's name in the addresses of Azure's own clouds.
const BLOB_HOSTS: [&str; 2] = [".blob.core.", ".blob.storage."];
/// The same for the Data Lake service, which is another door to the same blobs.
const LAKE_HOSTS: [(&str, &str); 3] =
    [(".dfs.core.", ".blob.core."), (".dfs.storage.", ".blob.storage."), (".dfs.fabric.", ".blob.fabric.")];

/// The Blob service's address for the address of a Data Lake service; any other address as it is.
pub fn as_blob(url: &Url) -> Url {
    let mut blob = url.clone();
    let host = url.host_str().unwrap_or_default();
    for (lake, replacement) in LAKE_HOSTS {
        if host.contains(lake) && blob.set_host(Some(&host.replacen(lake, replacement, 1))).is_ok() {
            break;
        }
    }
    blob
}

/// The account that an address means; `None` where that cannot be told, as for a domain of one's own.
pub fn account_name(url: &Url) -> Option<String> {
    let name = if is_path_style(url) {
        url.path_segments()?.next().unwrap_or_default()
    } else {
        let host = url.host_str()?;
        let known = is_azure(url) || host.ends_with(".localhost");
        host.split('.').next().filter(|_| known)?
    };
    let name = name.strip_suffix("-secondary").unwrap_or(name);
    (!name.is_empty()).then(|| name.to_owned())
}

/// Whether this is an address in one of Azure's own clouds.
pub fn is_azure(url: &Url) -> bool {
    let blob = as_blob(url);
    let host = blob.host_str().unwrap_or_default();
    BLOB_HOSTS.iter().any(|suffix| host.contains(suffix))
}

/// Parts the address of an account, container or blob into the account's address and the container's name. Query and fragment
/// are left out.
pub fn split(url: &Url) -> (Url, Option<String>) {
    let mut account = as_blob(url);
    account.set_query(None);
    account.set_fragment(None);
    let segments: Vec<&str> = url.path_segments().into_iter().flatten().collect();
    let own = usize::from(is_path_style(url));
    account.set_path(&segments[..own.min(segments.len())].join("/"));
    let container = segments.get(own).filter(|name| !name.is_empty()).map(|name| (*name).to_owned());
    (account, container)
}

/// Whether the account stands in the path: an address without domain, as of Azurite.
fn is_path_style(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => !name.contains('.'),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_data_lake_address_becomes_that_of_the_blobs() {
        for (given, blob) in [
            ("https://a.dfs.core.windows.net/", "https://a.blob.core.windows.net/"),
            ("https://a.privatelink.dfs.core.windows.net/", "https://a.privatelink.blob.core.windows.net/"),
            ("https://a.z01.dfs.storage.azure.net/", "https://a.z01.blob.storage.azure.net/"),
            ("https://a.dfs.core.usgovcloudapi.net/", "https://a.blob.core.usgovcloudapi.net/"),
            ("https://a.blob.core.windows.net/", "https://a.blob.core.windows.net/"),
            ("https://data.dfs.example.com/", "https://data.dfs.example.com/"),
        ] {
            assert_eq!(as_blob(&url(given)).as_str(), blob);
        }
    }

    #[test]
    fn an_address_tells_account_and_container() {
        for (given, account, account_url, container) in [
            ("https://a.blob.core.windows.net", Some("a"), "https://a.blob.core.windows.net/", None),
            (
                "https://a-secondary.blob.core.windows.net/m",
                Some("a"),
                "https://a-secondary.blob.core.windows.net/",
                Some("m"),
            ),
            (
                "https://a.dfs.core.windows.net/m/x/y.jpg?sig=1",
                Some("a"),
                "https://a.blob.core.windows.net/",
                Some("m"),
            ),
            ("http://127.0.0.1:10000/dev/m/x", Some("dev"), "http://127.0.0.1:10000/dev", Some("m")),
            ("http://localhost:1/dev/", Some("dev"), "http://localhost:1/dev", None),
            ("http://dev.blob.localhost:1/m", Some("dev"), "http://dev.blob.localhost:1/", Some("m")),
            ("https://media.example.com/m/x", None, "https://media.example.com/", Some("m")),
        ] {
            let given = url(given);
            assert_eq!(account_name(&given).as_deref(), account, "{given}");
            let (base, name) = split(&given);
            assert_eq!((base.as_str(), name.as_deref()), (account_url, container), "{given}");
        }
    }
}
