-- The execution that this one takes the place of: ForecastEx corrects executions. null: none.
ALTER TABLE executions ADD COLUMN IF NOT EXISTS corrects VARCHAR;
