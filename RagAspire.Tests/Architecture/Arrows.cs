namespace RagAspire.Tests.Architecture;

/// <summary>What uses what. A new arrow is a decision: it is made here, and docs/ARCHITECTURE.md says why.</summary>
internal static class Arrows
{
    public const string Projects = """
        Api -> Core, ServiceDefaults
        AppHost -> Api, Client, Embedded, Web, Worker
        Benchmarks -> Api, Core, Embedded, Extractor, TestSupport, Worker
        Core -> Extraction
        Escape -> Extractor
        Extractor -> Extraction
        ServiceDefaults -> Core
        TestSupport -> Core, Embedded
        Tests -> Api, AppHost, Client, Core, Embedded, Escape, Extractor, ServiceDefaults, TestSupport, Web, Worker
        Web -> Client, ServiceDefaults
        Worker -> Core, Embedded, Extractor, ServiceDefaults
        """;

    public const string Folders = """
        Answers -> Database, Metadata, Search, Security, Usage, Vectors
        Backups -> Database, Maintenance, Quality, Search, Security, Vectors
        Capacity -> Database, Monitoring, Usage
        Diagnosis -> Answers, Backups, Database, Maintenance, Models, Monitoring, Vectors
        Documents -> Database, Jobs, Metadata, Security
        Ingestion -> Database, Documents, Jobs, Metadata, Usage, Vectors
        Jobs -> Database
        Maintenance -> Database, Documents, Jobs, Models, Quality, Security, Usage, Vectors
        Metadata -> Database
        Monitoring -> Database, Models, Vectors
        Quality -> Database, Search, Security, Vectors
        Search -> Database, Metadata, Usage, Vectors
        Security -> Database
        Sync -> Backups, Database, Documents, Maintenance, Metadata, Outbound, Security
        Transfer -> Database, Documents, Ingestion, Metadata, Security, Vectors
        Usage -> Database, Security
        Vectors -> Database, Documents, Metadata, Usage
        Webhooks -> Database, Outbound, Usage
        """;

    /// <summary>Between a folder and its sub-folders. The folder itself is where its registration and contracts are.</summary>
    public const string SubFolders = """
        Answers -> Answers.Citations, Answers.Extractive, Answers.Generation, Answers.Sessions
        Answers.Citations -> Answers, Answers.Extractive
        Answers.Extractive -> Answers, Answers.Citations
        Answers.Generation -> Answers, Answers.Citations, Answers.Sessions
        Answers.Sessions -> Answers
        Backups -> Backups.Drill, Backups.Dumps, Backups.Files, Backups.Restore, Backups.Retention, Backups.Signing, Backups.Targets
        Backups.Drill -> Backups, Backups.Dumps, Backups.Files, Backups.Restore, Backups.Signing, Backups.Targets
        Backups.Dumps -> Backups, Backups.Files
        Backups.Files -> Backups, Backups.Signing, Backups.Targets
        Backups.Restore -> Backups, Backups.Dumps, Backups.Files, Backups.Targets
        Backups.Retention -> Backups, Backups.Files, Backups.Signing, Backups.Targets
        Backups.Signing -> Backups, Backups.Files, Backups.Targets
        Backups.Targets -> Backups, Backups.Files, Backups.Signing
        Capacity -> Capacity.Forecasting, Capacity.History, Capacity.Recommendations
        Capacity.Charts -> Capacity, Capacity.Forecasting, Capacity.History
        Capacity.Recommendations -> Capacity
        Diagnosis -> Diagnosis.Alerts, Diagnosis.Causes, Diagnosis.Ingestion, Diagnosis.Jobs, Diagnosis.Machine, Diagnosis.Memory, Diagnosis.Models, Diagnosis.Operations, Diagnosis.Postgres, Diagnosis.Redis, Diagnosis.VectorIndex
        Diagnosis.Alerts -> Diagnosis
        Diagnosis.Causes -> Diagnosis
        Diagnosis.Ingestion -> Diagnosis, Diagnosis.Postgres
        Diagnosis.Jobs -> Diagnosis, Diagnosis.Postgres
        Diagnosis.Machine -> Diagnosis
        Diagnosis.Memory -> Diagnosis
        Diagnosis.Models -> Diagnosis, Diagnosis.Causes, Diagnosis.Postgres
        Diagnosis.Operations -> Diagnosis, Diagnosis.Postgres
        Diagnosis.Postgres -> Diagnosis
        Diagnosis.Redis -> Diagnosis
        Diagnosis.VectorIndex -> Diagnosis, Diagnosis.Postgres
        Documents -> Documents.Batches, Documents.ChangeFeed, Documents.Children, Documents.Intake, Documents.Leases
        Documents.Children -> Documents, Documents.Archives, Documents.Intake
        Documents.Intake -> Documents
        Documents.Leases -> Documents, Documents.ChangeFeed, Documents.Children
        Ingestion -> Ingestion.Chunking, Ingestion.Extraction
        Ingestion.Extraction -> Ingestion
        Maintenance -> Maintenance.Runs, Maintenance.Scheduling, Maintenance.Tasks
        Maintenance.Runs -> Maintenance, Maintenance.Scheduling
        Maintenance.Scheduling -> Maintenance
        Maintenance.Tasks -> Maintenance, Maintenance.Runs
        Monitoring -> Monitoring.Memory
        Monitoring.Memory -> Monitoring
        Search -> Search.Caching
        Security -> Security.Users
        Security.Users -> Security
        Sync -> Sync.Bucket, Sync.Folder, Sync.Web
        Sync.Bucket -> Sync
        Sync.Folder -> Sync
        Sync.Web -> Sync
        Usage -> Usage.Budgets
        Usage.Budgets -> Usage
        Vectors -> Vectors.Embedding, Vectors.InProcess, Vectors.Qdrant, Vectors.Sync, Vectors.Terms
        Vectors.Embedding -> Vectors
        Vectors.InProcess -> Vectors, Vectors.Terms
        Vectors.Qdrant -> Vectors, Vectors.Terms
        Vectors.Sync -> Vectors, Vectors.Embedding, Vectors.InProcess
        Vectors.Terms -> Vectors
        """;
}
