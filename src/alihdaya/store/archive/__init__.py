"""History that left the database: whole months, oldest first, as Parquet files that prove what they hold."""
