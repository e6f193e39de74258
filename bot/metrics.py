"""docs/workflow.md's metrics, each with its window and n."""
