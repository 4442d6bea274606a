//! The type Query of the schema.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::client::{Client, ClientStatus};
use crate::store::Store;

#[derive(InputObject)]
struct ClientReportFilter {
    status_list: Option<Vec<ClientStatus>>,
}

#[derive(SimpleObject)]
struct ClientReport {
    clients: Vec<Client>,
    count: u64,
}

#[derive(SimpleObject)]
struct ClientEdge {
    cursor: String,
    node: Arc<Client>,
}

#[derive(SimpleObject)]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(SimpleObject)]
struct ClientConnection {
    edges: Vec<ClientEdge>,
    page_info: PageInfo,
}

pub struct Query;

#[Object]
impl Query {
    async fn client(&self, ctx: &Context<'_>, client_id: ID) -> Result<Option<Client>> {
        let store = ctx.data_unchecked::<Store>();
        Ok(store.client(client_id.parse()?).await?)
    }

    async fn clients(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 1)] page_number: u64,
        #[graphql(default = 50)] page_size: u64,
    ) -> Result<Vec<Client>> {
        let store = ctx.data_unchecked::<Store>();
        Ok(store.page(None, (page_number - 1) * page_size, page_size as i64).await?)
    }

    async fn client_report_with_count(
        &self,
        ctx: &Context<'_>,
        filter: Option<ClientReportFilter>,
        #[graphql(default = 1)] page_number: u64,
        #[graphql(default = 50)] page_size: u64,
    ) -> Result<ClientReport> {
        let store = ctx.data_unchecked::<Store>();
        let status = match filter.and_then(|f| f.status_list).as_deref() {
            Some([ClientStatus::Active]) => Some("ACTIVE"),
            Some([ClientStatus::Blacklisted]) => Some("BLACKLISTED"),
            _ => None,
        };
        let (clients, count) = futures_util::try_join!(
            store.page(status, (page_number - 1) * page_size, page_size as i64),
            store.count(status)
        )?;
        Ok(ClientReport { clients, count })
    }

    async fn client_connection(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50)] first: i64,
        after: Option<String>,
    ) -> Result<ClientConnection> {
        let store = ctx.data_unchecked::<Store>();
        let place = match after {
            Some(cursor) => Some(String::from_utf8(URL_SAFE_NO_PAD.decode(cursor)?)?),
            None => None,
        };
        let mut found = store.after(place.as_deref(), first + 1).await?;
        let has_next_page = found.len() as i64 > first;
        found.truncate(first as usize);
        let edges: Vec<_> = found
            .into_iter()
            .map(|client| ClientEdge { cursor: client.cursor(), node: Arc::new(client) })
            .collect();
        let end_cursor = edges.last().map(|edge| edge.cursor.clone());
        Ok(ClientConnection { edges, page_info: PageInfo { has_next_page, end_cursor } })
    }
}
