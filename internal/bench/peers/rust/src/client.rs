//! The type Client of the schema.

use std::sync::Arc;

use async_graphql::dataloader::DataLoader;
use async_graphql::{Context, Enum, ID, Object, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mongodb::bson::DateTime;
use serde::Deserialize;

use crate::store::Subjects;

#[derive(Enum, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ClientStatus {
    Active,
    Blacklisted,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Client {
    #[serde(rename = "_id")]
    pub id: i64,
    pub lifecycle: String,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub full_name: Option<String>,
    pub email_address: Option<String>,
    pub cell_phone: Option<String>,
    pub city: Option<String>,
    pub status: ClientStatus,
    #[serde(default)]
    pub tags: Vec<String>,
    pub created_date: Option<DateTime>,
    pub version: i64,
    #[serde(default)]
    pub view_subject_ids: Vec<i64>,
    #[serde(default)]
    pub name_key: String,
}

impl Client {
    pub fn cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.name_key)
    }
}

#[Object]
impl Client {
    async fn id(&self) -> ID {
        URL_SAFE_NO_PAD.encode(format!("Client:{}", self.id)).into()
    }

    async fn client_id(&self) -> ID {
        self.id.into()
    }

    async fn full_name(&self) -> Option<String> {
        if let Some(name) = self.full_name.as_deref().filter(|name| !name.is_empty()) {
            return Some(name.to_owned());
        }
        match (self.first_name.as_deref(), self.last_name.as_deref()) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            (first, last) => first.or(last).map(str::to_owned),
        }
    }

    async fn first_name(&self) -> Option<&str> {
        self.first_name.as_deref()
    }

    async fn last_name(&self) -> Option<&str> {
        self.last_name.as_deref()
    }

    async fn email_address(&self) -> Option<&str> {
        self.email_address.as_deref()
    }

    async fn cell_phone(&self) -> Option<&str> {
        self.cell_phone.as_deref()
    }

    async fn city(&self) -> Option<&str> {
        self.city.as_deref()
    }

    async fn status(&self) -> ClientStatus {
        self.status
    }

    async fn active(&self) -> bool {
        self.lifecycle == "live"
    }

    async fn tags(&self) -> &[String] {
        &self.tags
    }

    async fn created_date(&self) -> Option<String> {
        self.created_date.map(instant)
    }

    async fn version(&self) -> i64 {
        self.version
    }

    async fn view_clients(&self, ctx: &Context<'_>) -> Result<Vec<Arc<Client>>> {
        let loader = ctx.data_unchecked::<DataLoader<Subjects>>();
        let mut found = loader.load_many(self.view_subject_ids.iter().copied()).await?;
        Ok(self.view_subject_ids.iter().filter_map(|id| found.remove(id)).collect())
    }
}

/// An instant as RFC 3339 with milliseconds.
fn instant(at: DateTime) -> String {
    let mut text = at.try_to_rfc3339_string().unwrap_or_default();
    // The library leaves out a fraction of zero, and zeros at its end.
    if text.ends_with('Z') {
        text.pop();
        let digits = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        if digits == 0 {
            text.push('.');
        }
        text.extend(std::iter::repeat_n('0', 3usize.saturating_sub(digits)));
        text.push('Z');
    }
    text
}
