<?xml version="1.0" encoding="utf-8"?>
<!-- Makes a translation of a .resx file that can be read and is not English: every vowel has an accent. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template match="@* | node()">
    <xsl:copy><xsl:apply-templates select="@* | node()" /></xsl:copy>
  </xsl:template>
  <xsl:template match="data/value/text()">
    <xsl:value-of select="translate(., 'aeiouAEIOU', 'àéîõüÀÉÎÕÜ')" />
  </xsl:template>
</xsl:stylesheet>
