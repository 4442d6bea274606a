//! Reads clients from the product's documents.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};
use mongodb::{Client as Connection, Collection};

use crate::client::Client;

/// The business whose clients are served.
const BUSINESS: i64 = 43111;

#[derive(Clone)]
pub struct Store {
    clients: Collection<Client>,
}

/// What every find reads: the fields that the schema has.
fn projection() -> Document {
    doc! {
        "lifecycle": 1, "firstName": 1, "lastName": 1, "fullName": 1, "emailAddress": 1, "cellPhone": 1, "city": 1,
        "status": 1, "tags": 1, "createdDate": 1, "version": 1, "viewSubjectIds": 1, "nameKey": 1,
    }
}

fn live() -> Document {
    doc! { "businessId": BUSINESS, "lifecycle": "live" }
}

impl Store {
    pub async fn connect(uri: &str, database: &str) -> mongodb::error::Result<Self> {
        let clients = Connection::with_uri_str(uri).await?.database(database).collection("clients");
        Ok(Store { clients })
    }

    pub async fn client(&self, id: i64) -> mongodb::error::Result<Option<Client>> {
        let filter = doc! { "businessId": BUSINESS, "_id": id, "lifecycle": { "$ne": "merged" } };
        self.clients.find_one(filter).projection(projection()).await
    }

    /// A page of the live clients by name, of one status or of all.
    pub async fn page(&self, status: Option<&str>, skip: u64, limit: i64) -> mongodb::error::Result<Vec<Client>> {
        self.list(filter(status, None), skip, limit).await
    }

    /// The live clients behind a place in the order.
    pub async fn after(&self, place: Option<&str>, limit: i64) -> mongodb::error::Result<Vec<Client>> {
        self.list(filter(None, place), 0, limit).await
    }

    pub async fn count(&self, status: Option<&str>) -> mongodb::error::Result<u64> {
        self.clients.count_documents(filter(status, None)).await
    }

    async fn list(&self, filter: Document, skip: u64, limit: i64) -> mongodb::error::Result<Vec<Client>> {
        self.clients
            .find(filter)
            .sort(doc! { "nameKey": 1 })
            .skip(skip)
            .limit(limit)
            .batch_size(1_000)
            .projection(projection())
            .await?
            .try_collect()
            .await
    }
}

fn filter(status: Option<&str>, after: Option<&str>) -> Document {
    let mut filter = live();
    filter.insert("nameKey", doc! { "$gt": after.unwrap_or("") });
    if let Some(status) = status {
        filter.insert("status", status);
    }
    filter
}

/// Loads the clients that others may view, a batch for each level.
pub struct Subjects(pub Store);

impl Loader<i64> for Subjects {
    type Value = Arc<Client>;
    type Error = Arc<mongodb::error::Error>;

    async fn load(&self, ids: &[i64]) -> Result<HashMap<i64, Arc<Client>>, Self::Error> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        let mut filter = live();
        filter.insert("_id", doc! { "$in": ids });
        let mut cursor = self.0.clients.find(filter).batch_size(10_000).projection(projection()).await?;
        let mut found = HashMap::new();
        while let Some(client) = cursor.try_next().await? {
            found.insert(client.id, Arc::new(client));
        }
        Ok(found)
    }
}
