//! Serves the queries of the benchmark with async-graphql and its data loader.

mod client;
mod query;
mod store;

use async_graphql::dataloader::DataLoader;
use async_graphql::{EmptyMutation, EmptySubscription, Schema};
use async_graphql_axum::{GraphQLRequest, GraphQLResponse};
use axum::{Router, extract::State, routing::post};

use query::Query;
use store::{Store, Subjects};

type Api = Schema<Query, EmptyMutation, EmptySubscription>;

#[derive(Clone)]
struct App {
    schema: Api,
    store: Store,
}

async fn graphql(State(app): State<App>, request: GraphQLRequest) -> GraphQLResponse {
    // The loader lives as long as the request: it keeps nothing for the next one.
    let subjects = DataLoader::new(Subjects(app.store.clone()), tokio::spawn);
    let request = request.into_inner().data(app.store).data(subjects);
    app.schema.execute(request).await.into()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let uri = arguments.next().ok_or("the first argument is the database's URI")?;
    let database = arguments.next().ok_or("the second argument is the database's name")?;
    let store = Store::connect(&uri, &database).await?;
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription).finish();
    let app = Router::new()
        .route("/graphql", post(graphql))
        .with_state(App { schema, store });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("ready: http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
