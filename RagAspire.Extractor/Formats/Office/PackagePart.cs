using DocumentFormat.OpenXml.Packaging;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>A part of a package that the Open XML SDK has accepted.</summary>
internal sealed class PackagePart(OpenXmlPart part, InflationBudget budget) : OfficePart
{
    public override Stream Open() => budget.Watch(part.GetStream(FileMode.Open, FileAccess.Read));

    protected override IEnumerable<OfficeRelation> ReadRelations() => part.Parts.Select(pair =>
        new OfficeRelation(pair.RelationshipId, pair.OpenXmlPart.RelationshipType, new PackagePart(pair.OpenXmlPart, budget)));
}
