using System.Xml.Linq;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Xml;

internal static class Same
{
    /// <summary>
    /// Same elements, attributes in any order, texts and comments; white space between elements is no content.
    /// </summary>
    public static void Document(string expected, string actual) => Assert.Equal(Normal(expected), Normal(actual));

    private static string Normal(string xml)
    {
        XElement root = XElement.Parse(xml);
        foreach (XElement element in root.DescendantsAndSelf())
            element.ReplaceAttributes(element.Attributes().OrderBy(a => a.Name.ToString(), StringComparer.Ordinal));
        return root.ToString();
    }
}
