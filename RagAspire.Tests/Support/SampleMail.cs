namespace RagAspire.Tests.Support;

/// <summary>Mails that tests upload.</summary>
internal static class SampleMail
{
    /// <summary>It has the attachment <c>price.txt</c>.</summary>
    public const string Offer = """
        From: a@example.com
        To: b@example.com
        Subject: Offer
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="border"

        --border
        Content-Type: text/plain; charset=utf-8

        The offer is attached.
        --border
        Content-Type: text/plain; charset=utf-8
        Content-Disposition: attachment; filename="price.txt"

        The price of a crate of persimmon is 40 euros.
        --border--
        """;
}
