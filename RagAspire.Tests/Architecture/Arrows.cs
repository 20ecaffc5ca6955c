namespace RagAspire.Tests.Architecture;

/// <summary>What uses what. A new arrow is a decision: it is made here, and docs/ARCHITECTURE.md says why.</summary>
internal static class Arrows
{
    public const string Projects = """
        Api -> Core, ServiceDefaults
        AppHost -> Api, Embedded, Worker
        Benchmarks -> Api, Core, Embedded, TestSupport, Worker
        Core -> Extraction
        Extractor -> Extraction
        ServiceDefaults -> Core
        TestSupport -> Core, Embedded
        Tests -> Api, AppHost, Core, Embedded, Extractor, ServiceDefaults, TestSupport, Worker
        Worker -> Core, Extractor, ServiceDefaults
        """;

    public const string Folders = """
        Answers -> Database, Search, Vectors
        Backups -> Database, Maintenance, Security, Vectors
        Documents -> Database, Jobs, Security
        Ingestion -> Database, Documents, Jobs, Vectors
        Maintenance -> Database, Documents, Jobs, Quality, Security, Vectors
        Monitoring -> Database, Vectors
        Quality -> Database, Search, Security, Vectors
        Search -> Database, Vectors
        Security -> Database
        Vectors -> Database, Documents
        """;

    /// <summary>Between a folder and its sub-folders. The folder itself is where its registration and contracts are.</summary>
    public const string SubFolders = """
        Answers -> Answers.Citations, Answers.Extractive, Answers.Generation
        Answers.Citations -> Answers, Answers.Extractive
        Answers.Extractive -> Answers, Answers.Citations
        Answers.Generation -> Answers, Answers.Citations
        Backups -> Backups.Drill, Backups.Dumps, Backups.Files, Backups.Restore, Backups.Retention, Backups.Targets
        Backups.Drill -> Backups, Backups.Files, Backups.Restore
        Backups.Dumps -> Backups, Backups.Files
        Backups.Files -> Backups, Backups.Targets
        Backups.Restore -> Backups, Backups.Dumps, Backups.Files, Backups.Targets
        Backups.Retention -> Backups, Backups.Files, Backups.Targets
        Backups.Targets -> Backups, Backups.Files
        Documents -> Documents.ChangeFeed, Documents.Intake, Documents.Leases
        Documents.Intake -> Documents
        Documents.Leases -> Documents, Documents.ChangeFeed
        Ingestion -> Ingestion.Chunking, Ingestion.Extraction
        Ingestion.Extraction -> Ingestion
        Maintenance -> Maintenance.Runs, Maintenance.Scheduling, Maintenance.Tasks
        Maintenance.Runs -> Maintenance, Maintenance.Scheduling
        Maintenance.Scheduling -> Maintenance
        Maintenance.Tasks -> Maintenance, Maintenance.Runs
        Search -> Search.Caching
        Vectors -> Vectors.Embedding, Vectors.InProcess, Vectors.Qdrant, Vectors.Sync, Vectors.Terms
        Vectors.Embedding -> Vectors, Vectors.Terms
        Vectors.InProcess -> Vectors, Vectors.Terms
        Vectors.Qdrant -> Vectors, Vectors.Terms
        Vectors.Sync -> Vectors, Vectors.Embedding, Vectors.InProcess
        Vectors.Terms -> Vectors
        """;
}
